import fc from "fast-check";

/** Values near the edges of the contract's rules, which plain random JSON would rarely reach. */
const NEAR_MISSES = [
  null,
  "",
  " ",
  "\ud800",
  "\u0000",
  "capture.open",
  "session_manager",
  "2028-02-29T23:59:59Z",
  "2026-02-29T00:00:00.000Z",
  "2026-12-31T23:59:60Z",
  "0000-01-01T00:00:00.000Z",
  "00000000-0000-0000-0000-000000000000",
  "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
  "constructor",
  -1,
  0,
  0.5,
  1,
  1.5,
  Number.MAX_SAFE_INTEGER,
  Number.MAX_SAFE_INTEGER + 1,
  1e300,
  true,
  [],
  [1, 2],
  {},
  { unknown: 1 },
  { intent: "help" },
];

const json = fc.oneof(
  fc.constantFrom(...NEAR_MISSES),
  // `__proto__` keys never reach a schema: `parseJson` refuses them.
  fc.jsonValue({ maxDepth: 2 }).filter((value) => !JSON.stringify(value).includes("__proto__")),
);
const key = fc.oneof(
  fc.string({ unit: "binary", maxLength: 4 }),
  fc.constantFrom("constructor", "toString", "event", "unknown", "annotation"),
);
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 2 }),
  fc.constantFrom("\n", ".", "/", "0", "9", "A", "\u2028", "\udfff"),
);

const change = fc.oneof(
  fc.record({ type: fc.constant("replace" as const), value: json }),
  fc.record({ type: fc.constant("remove" as const) }),
  fc.record({ type: fc.constant("add" as const), key, value: json }),
  fc.record({
    type: fc.constant("edit" as const),
    at: fc.nat({ max: 300 }),
    removed: fc.nat({ max: 2 }),
    text,
  }),
);

/** One change of a JSON value: which of its places (any number, taken modulo), and what happens there. */
export interface Mutation {
  readonly place: number;
  readonly change: typeof change extends fc.Arbitrary<infer Change> ? Change : never;
}

/** Draws changes of a JSON value. */
export const mutations: fc.Arbitrary<Mutation[]> = fc.array(fc.record({ place: fc.nat(), change }), {
  minLength: 1,
  maxLength: 3,
});

/** An array is taken as an object of its indices. */
type Container = Record<string, unknown>;

interface Place {
  readonly parent: Container;
  readonly key: string;
}

/** The value after all of the changes. The given value stays as it is. */
export function mutated(value: unknown, steps: readonly Mutation[]): unknown {
  const holder = { value: structuredClone(value) };
  for (const step of steps) mutate(holder, step);
  return holder.value;
}

function mutate(holder: Container, step: Mutation): void {
  const places = placesIn(holder);
  const { parent, key: at } = places[step.place % places.length]!;
  const { change: how } = step;
  switch (how.type) {
    case "replace":
      parent[at] = structuredClone(how.value);
      break;
    case "remove":
      if (Array.isArray(parent)) parent.splice(Number(at), 1);
      else if (parent !== holder) delete parent[at];
      break;
    case "add":
      add(parent[at], how.key, structuredClone(how.value));
      break;
    case "edit":
      parent[at] = edited(parent[at], how);
      break;
  }
}

function placesIn(parent: Container): Place[] {
  return Object.entries(parent).flatMap(([at, child]) => [
    { parent, key: at },
    ...(isContainer(child) ? placesIn(child) : []),
  ]);
}

function add(container: unknown, at: string, value: unknown): void {
  if (Array.isArray(container)) container.push(value);
  else if (isContainer(container)) container[at] = value;
}

function edited(value: unknown, how: { at: number; removed: number; text: string }): unknown {
  if (typeof value === "number") return value + how.removed - 1;
  if (typeof value !== "string") return value;
  const cut = how.at % (value.length + 1);
  return value.slice(0, cut) + how.text + value.slice(cut + how.removed);
}

function isContainer(value: unknown): value is Container {
  return typeof value === "object" && value !== null;
}
