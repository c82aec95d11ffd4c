// What each thing of a ledger may be, by its name. A command whose answer is lost leaves two possibilities, and the next
// look tells which one became true; a third is a contradiction.
import { isDeepStrictEqual } from "node:util";

/** A thing's value as JSON; undefined: there is no such thing. */
type Value = unknown;

export class PossibleValues {
  readonly #values = new Map<string, readonly Value[]>();

  /** To be called before a command is sent that makes `name` into `value`. One command a name may be under way. */
  submit(name: string, value: Value): void {
    this.#values.set(name, [...(this.#values.get(name) ?? [undefined]), value]);
  }

  /** To be called when the answer says that the command was carried out. What stood below a name goes with it. */
  acknowledge(name: string, value: Value): void {
    this.#values.set(name, [value]);
    if (value === undefined) this.#forgetBelow(name);
  }

  /** The names right below one, or at the top, whose values are known and not undefined. */
  certainBelow(parent: string): string[] {
    return this.#namesBelow(parent).filter((name) => {
      const values = this.#values.get(name)!;
      return values.length === 1 && values[0] !== undefined;
    });
  }

  /** The names of what was acknowledged as gone, at the top. */
  gone(): string[] {
    return this.#namesBelow("").filter((name) => isDeepStrictEqual(this.#values.get(name), [undefined]));
  }

  /**
   * Holds what stands right below a name against what may stand there, and takes it as final. Gives every contradiction
   * in words.
   */
  settle(parent: string, observed: ReadonlyMap<string, Value>): string[] {
    const found: string[] = [];
    for (const name of new Set([...this.#namesBelow(parent), ...observed.keys()])) {
      const value = observed.get(name);
      const possible = this.#values.get(name) ?? [undefined];
      if (!possible.some((each) => isDeepStrictEqual(each, value))) {
        found.push(`${name} is ${JSON.stringify(value)}, and may be ${JSON.stringify(possible)}`);
      }
      this.acknowledge(name, value);
    }
    return found;
  }

  #namesBelow(parent: string): string[] {
    const prefix = parent === "" ? "" : `${parent}/`;
    return [...this.#values.keys()].filter(
      (name) => name.startsWith(prefix) && !name.slice(prefix.length).includes("/"),
    );
  }

  #forgetBelow(name: string): void {
    for (const each of this.#values.keys()) if (each.startsWith(`${name}/`)) this.#values.delete(each);
  }
}
