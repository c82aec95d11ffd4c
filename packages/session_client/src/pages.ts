/** One page of a list, and where the next one begins. */
export interface ListPage<Item, Place> {
  readonly items: readonly Item[];
  /** Undefined on the last page. */
  readonly next: Place | undefined;
}

/** Every item of a list. A page is asked for once the items of the one before were taken. */
export async function* everyItem<Item, Place>(
  readPage: (place: Place | undefined) => Promise<ListPage<Item, Place>>,
): AsyncGenerator<Item, void, undefined> {
  let place: Place | undefined;
  do {
    const { items, next } = await readPage(place);
    yield* items;
    place = next;
  } while (place !== undefined);
}
