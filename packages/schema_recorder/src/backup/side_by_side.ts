/** Syncs of several files go to the disk together. */
const TASKS_MAX = 8;

/** Does a task with each item, several at once; the results come as they are ready. */
export async function* sideBySide<Item, Result>(
  items: AsyncIterable<Item> | Iterable<Item>,
  task: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void> {
  const running = new Set<Promise<Result>>();
  const start = (item: Item): void => {
    const result = task(item);
    running.add(result);
    // Whoever awaits the results meets the error; one that fails before it is awaited is no unhandled one.
    result.catch(() => undefined);
  };
  const takeOne = async (): Promise<Result> => {
    const [done, result] = await Promise.race(
      [...running].map((each) => each.then((value) => [each, value] as const)),
    );
    running.delete(done);
    return result;
  };
  try {
    for await (const item of items) {
      start(item);
      if (running.size >= TASKS_MAX) yield await takeOne();
    }
    while (running.size > 0) yield await takeOne();
  } finally {
    await Promise.allSettled(running);
  }
}
