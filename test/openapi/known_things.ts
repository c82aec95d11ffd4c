/** How many things of each tag are remembered: few, so that the same ones are met again and again. */
const THINGS_MAX = 12;

/** What names something that the server has: fields by their names, such as `user_id` and `session_id`. */
export type Thing = Readonly<Record<string, unknown>>;

/** A field by which something is found again; a message's own `record_id` is new each time. */
export const NAMES_A_THING = /^(?!record_id$|performer_id$|request_id$).*_id$|^(?:next_)?cursor$/;

/** The things that successful requests were about, the last one first. */
export class KnownThings {
  readonly #by_tag = new Map<string, Thing[]>();

  /** Remembers the thing that an answer names, together with what its request called it by. */
  learn(tag: string, asked: Thing, answered: Thing): void {
    const told = namesIn(answered);
    if (Object.keys(told).length === 0) return;
    const thing = { ...namesIn(asked), ...told };
    const others = (this.#by_tag.get(tag) ?? []).filter((known) => !isSame(known, thing));
    this.#by_tag.set(tag, [thing, ...others].slice(0, THINGS_MAX));
  }

  /** One of the things that have all of these names; those of the same tag come first. */
  aimedAt(aim: number, tag: string, names: readonly string[]): Thing | undefined {
    const own = this.#by_tag.get(tag) ?? [];
    const others = [...this.#by_tag].flatMap(([other, things]) => (other === tag ? [] : things));
    const fits = (thing: Thing) => names.every((name) => name in thing);
    const candidates = [own, others].map((things) => things.filter(fits)).find(({ length }) => length > 0);
    return candidates?.[aim % candidates.length];
  }
}

function namesIn(fields: Thing): Thing {
  const named = Object.entries(fields).filter(
    ([name, value]) => NAMES_A_THING.test(name) && ["string", "number"].includes(typeof value),
  );
  return Object.fromEntries(named.map(([name, value]) => [name.replace("next_", ""), value]));
}

function isSame(one: Thing, other: Thing): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
