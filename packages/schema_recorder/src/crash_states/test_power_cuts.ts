// Every state that a power cut can leave of a history, up to what the options bound. At each prefix of the steps,
// each change that no sync has made durable may be kept or dropped by itself, whatever happened to those before and
// after it; a write may be kept in part, the rest missing or filled with zeros. A new file's entry and its content
// are two changes of two nodes, and so are a removal and the writes before it.

import type { Change, FileTree } from "./test_file_tree.ts";
import type { SeededRandom } from "./test_random.ts";
import type { CatalogContent, SimulatedDisk, Step } from "./test_simulated_disk.ts";

export interface PowerCutOptions {
  readonly random: SeededRandom;
  /** How many random sets of changes to keep are tried at each prefix. */
  readonly random_sets: number;
  /** At how many places the last write is cut, unless it is one of those cut at every byte. */
  readonly cuts: number;
  /** How many writes of the history are cut at every byte. */
  readonly cut_everywhere: number;
}

/** What a power cut left. */
export interface CrashState {
  /** How many steps were taken. */
  readonly at: number;
  readonly tree: FileTree;
  /** The catalog at its last commit. */
  readonly catalog: CatalogContent | undefined;
  /** What became of the changes that were not durable. */
  readonly what: string;
}

/** What is kept of a write: so many bytes, and whether zeros stand for the others. */
interface Cut {
  readonly bytes: number;
  readonly zero_filled: boolean;
}

/** What is kept of each pending change: all, nothing, or a part. */
type Fate = true | false | Cut;

export function* powerCuts(disk: SimulatedDisk, options: PowerCutOptions): Generator<CrashState, void> {
  const { random } = options;
  const everywhere = pickWrites(disk.steps, options.cut_everywhere, random);
  const durable = disk.start.tree.copy();
  let { catalog } = disk.start;
  let pending: Change[] = [];
  for (let at = 0; at <= disk.steps.length; at += 1) {
    const step = at === 0 ? undefined : disk.steps[at - 1]!;
    if (step?.kind === "change") pending.push(step.change);
    else if (step?.kind === "catalog") catalog = step.catalog;
    else if (step !== undefined) pending = settle(step, pending, durable);

    const last = step?.kind === "change" ? step.change : undefined;
    const sets = fateSets(pending, options);
    if (last?.kind === "write") {
      const others = pending.slice(0, -1).map(() => random.oneIn(2));
      const cuts = everywhere.has(last) ? last.bytes.length : options.cuts;
      for (const cut of cutsOf(last, cuts, random)) sets.push([...others, cut]);
    }
    const seen = new Set<string>();
    for (const fates of sets) {
      const what = describe(fates);
      if (seen.has(what)) continue;
      seen.add(what);
      yield { at, tree: materialise(durable, pending, fates), catalog, what };
    }
  }
}

/** Applies what a sync made durable, and gives what is still pending. */
function settle(
  step: Exclude<Step, { kind: "change" | "catalog" }>,
  pending: readonly Change[],
  durable: FileTree,
): Change[] {
  const left: Change[] = [];
  for (const change of pending) {
    if (step.kind !== "sync_all" && change.node !== step.node) left.push(change);
    else if (step.kind !== "sync_failed") durable.apply(change);
  }
  return left;
}

function fateSets(pending: readonly Change[], { random, random_sets }: PowerCutOptions): Fate[][] {
  const sets: Fate[][] = [pending.map(() => true), pending.map(() => false)];
  for (const one of pending.keys()) {
    sets.push(pending.map((_, at) => at !== one));
    sets.push(pending.map((_, at) => at === one));
  }
  for (let set = 0; set < random_sets && pending.length > 1; set += 1) {
    sets.push(pending.map((change) => randomFate(change, random)));
  }
  return sets;
}

function randomFate(change: Change, random: SeededRandom): Fate {
  if (change.kind !== "write" || !random.oneIn(4)) return random.oneIn(2);
  return { bytes: random.below(change.bytes.length), zero_filled: random.oneIn(2) };
}

/** A cut before each of `count` bytes spread over the write, or before every byte, in both ways. */
function cutsOf({ bytes }: { bytes: Buffer }, count: number, random: SeededRandom): Cut[] {
  const places = count >= bytes.length ? [...bytes.keys()] : [bytes.length - 1];
  while (places.length < Math.min(count, bytes.length)) places.push(random.below(bytes.length));
  return places.flatMap((place) => [
    { bytes: place, zero_filled: false },
    { bytes: place, zero_filled: true },
  ]);
}

function pickWrites(steps: readonly Step[], count: number, random: SeededRandom): Set<Change> {
  const writes = steps.flatMap((step) =>
    step.kind === "change" && step.change.kind === "write" ? [step.change] : [],
  );
  const picked = new Set<Change>();
  while (picked.size < Math.min(count, writes.length)) picked.add(random.pick(writes)!);
  return picked;
}

function materialise(durable: FileTree, pending: readonly Change[], fates: readonly Fate[]): FileTree {
  const tree = durable.copy();
  for (const [at, change] of pending.entries()) {
    const fate = fates[at]!;
    if (fate === true) tree.apply(change);
    else if (fate !== false && change.kind === "write")
      tree.apply({ ...change, bytes: cutTo(change.bytes, fate) });
  }
  return tree;
}

function cutTo(bytes: Buffer, cut: Cut): Buffer {
  const kept = bytes.subarray(0, cut.bytes);
  return cut.zero_filled ? Buffer.concat([kept, Buffer.alloc(bytes.length - cut.bytes)]) : kept;
}

function describe(fates: readonly Fate[]): string {
  const words = fates.map((fate) => {
    if (typeof fate === "boolean") return fate ? "+" : "-";
    return `(${fate.bytes}${fate.zero_filled ? " and zeros" : ""})`;
  });
  return words.join("");
}
