/**
 * Keeps a bounded number of tasks under way and gives their results in the order in which they were begun. A task
 * that fails is told of when its turn comes.
 */
export async function* inOrder<Result>(
  tasks: AsyncIterable<{ readonly result: Promise<Result> }>,
  under_way_max: number,
): AsyncGenerator<Result, void> {
  const under_way: Promise<Result>[] = [];
  for await (const { result } of tasks) {
    // Its own turn may never come, if one before it fails.
    result.catch(() => undefined);
    under_way.push(result);
    if (under_way.length === under_way_max) yield await under_way.shift()!;
  }
  for (const result of under_way) yield await result;
}
