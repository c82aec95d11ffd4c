import type { Slices } from "@session-ledger/http_api";

/** How many lines an answer holds at once: 16 MiB of them at the most. */
export const SLICE_LINES = 32;

/** Reads `count` rows at a time; the first of them now, and the others as they are taken. */
export async function inSlices<Row, Item>(
  rows: readonly Row[],
  count: number,
  read: (rows: readonly Row[]) => Promise<readonly Item[]>,
): Promise<Slices<Item>> {
  const first = await read(rows.slice(0, count));
  if (rows.length <= count) return { first };
  async function* rest(): AsyncGenerator<readonly Item[], void> {
    for (let at = count; at < rows.length; at += count) yield await read(rows.slice(at, at + count));
  }
  return { first, rest: rest() };
}
