import type { Slices } from "@session-ledger/http_api";

/**
 * Reads the first of some rows, as many as are held at once: at least one, if there is one. What is gone meanwhile is
 * undefined.
 */
export type ReadFirst<Row, Item> = (rows: readonly Row[]) => Promise<readonly (Item | undefined)[]>;

/** The items of rows: those of the first are read now, and the others as they are taken. */
export async function inSlices<Row, Item>(
  rows: readonly Row[],
  read: ReadFirst<Row, Item>,
): Promise<Slices<Item>> {
  const first = await read(rows);
  async function* rest(): AsyncGenerator<readonly Item[], void> {
    for (let at = first.length; at < rows.length; ) {
      const items = await read(rows.slice(at));
      at += items.length;
      yield present(items);
    }
  }
  return { first: present(first), ...(first.length < rows.length && { rest: rest() }) };
}

function present<Item>(items: readonly (Item | undefined)[]): readonly Item[] {
  return items.filter((item) => item !== undefined);
}
