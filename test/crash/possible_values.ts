// What each thing of a ledger may be, by its name. A command whose answer is lost leaves two possibilities, and the next
// look tells which one became true; a third is a contradiction.
import { isDeepStrictEqual } from "node:util";

/** A thing's value as JSON; undefined: there is no such thing. */
type Value = unknown;

export class PossibleValues {
  /** By the name above, which is empty at the top, and then by the whole name. */
  readonly #below = new Map<string, Map<string, readonly Value[]>>();

  /** To be called before a command is sent that makes `name` into `value`. One command a name may be under way. */
  submit(name: string, value: Value): void {
    this.#set(name, [...(this.#possible(name) ?? [undefined]), value]);
  }

  /** To be called when the answer says that the command was carried out. What stood below a name goes with it. */
  acknowledge(name: string, value: Value): void {
    this.#set(name, [value]);
    if (value === undefined) this.#forgetBelow(name);
  }

  /** The names right below one, or at the top, whose values are known and not undefined. */
  certainBelow(parent: string): string[] {
    return this.#namesBelow(parent).filter((name) => {
      const values = this.#possible(name)!;
      return values.length === 1 && values[0] !== undefined;
    });
  }

  /** The names of what was acknowledged as gone, at the top. */
  gone(): string[] {
    return this.#namesBelow("").filter((name) => isDeepStrictEqual(this.#possible(name), [undefined]));
  }

  /**
   * Holds what stands right below a name against what may stand there, and takes it as final. Gives every contradiction
   * in words.
   */
  settle(parent: string, observed: ReadonlyMap<string, Value>): string[] {
    const found: string[] = [];
    for (const name of new Set([...this.#namesBelow(parent), ...observed.keys()])) {
      const value = observed.get(name);
      const possible = this.#possible(name) ?? [undefined];
      if (!possible.some((each) => isDeepStrictEqual(each, value))) {
        found.push(`${name} is ${JSON.stringify(value)}, and may be ${JSON.stringify(possible)}`);
      }
      this.acknowledge(name, value);
    }
    return found;
  }

  #possible(name: string): readonly Value[] | undefined {
    return this.#below.get(parentOf(name))?.get(name);
  }

  #set(name: string, values: readonly Value[]): void {
    const parent = parentOf(name);
    const siblings = this.#below.get(parent) ?? new Map<string, readonly Value[]>();
    this.#below.set(parent, siblings.set(name, values));
  }

  #namesBelow(parent: string): string[] {
    return [...(this.#below.get(parent)?.keys() ?? [])];
  }

  #forgetBelow(name: string): void {
    for (const each of this.#namesBelow(name)) this.#forgetBelow(each);
    this.#below.delete(name);
  }
}

function parentOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf("/")));
}
