import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { inOrder } from "./row_window.ts";

test("results come in the order of their beginning, and no more are under way than may be", async () => {
  let under_way = 0;
  let most = 0;
  async function task(index: number): Promise<number> {
    under_way += 1;
    most = Math.max(most, under_way);
    for (let turns = index % 3; turns >= 0; turns -= 1) await nextTurn();
    under_way -= 1;
    return index;
  }
  async function* tasks() {
    for (let index = 0; index < 20; index += 1) yield { result: task(index) };
  }
  expect(await Array.fromAsync(inOrder(tasks(), 4))).toEqual(Array.from({ length: 20 }, (_, index) => index));
  expect(most).toBe(4);
});

test("a failure is told of in its turn, and those behind it are no unhandled ones", async () => {
  async function* tasks() {
    yield { result: Promise.resolve(1) };
    yield { result: Promise.reject(new Error("the first")) };
    yield { result: Promise.reject(new Error("the second")) };
  }
  const results = inOrder(tasks(), 4);
  expect(await results.next()).toMatchObject({ value: 1 });
  await expect(results.next()).rejects.toThrow("the first");
});
