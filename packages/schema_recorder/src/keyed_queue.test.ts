import { describe, expect, test } from "vitest";
import { KeyedQueue, LANE_TASKS_MAX } from "./keyed_queue.ts";

describe("a lane", () => {
  test("runs its tasks one after another, also after one that fails", async () => {
    const queue = new KeyedQueue();
    const events: string[] = [];
    const task = (name: string, fails: boolean) => async () => {
      events.push(`${name} begins`);
      await Promise.resolve();
      events.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
    const first = queue.run("a", task("first", true));
    const second = queue.run("a", task("second", false));
    await expect(first).rejects.toThrow("first");
    await expect(second).resolves.toBe("second");
    expect(events).toEqual(["first begins", "first ends", "second begins", "second ends"]);
  });

  test("runs tasks side by side between two that run alone", async () => {
    const queue = new KeyedQueue();
    const events: string[] = [];
    const gates = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
    const task = (at: number) => async () => {
      events.push(`${at} begins`);
      await gates[at]!.promise;
      events.push(`${at} ends`);
    };
    const all = [
      queue.run("a", task(0)),
      queue.runBeside("a", task(1)),
      queue.runBeside("a", task(2)),
      queue.run("a", task(3)),
    ];
    for (const at of [0, 2, 1, 3]) {
      gates[at]!.resolve();
      await all[at];
    }
    expect(events).toEqual([
      "0 begins",
      "0 ends",
      "1 begins",
      "2 begins",
      "2 ends",
      "1 ends",
      "3 begins",
      "3 ends",
    ]);
  });

  test("does not wait for another", async () => {
    const queue = new KeyedQueue();
    const gate = Promise.withResolvers<void>();
    const held = queue.run("a", () => gate.promise);
    await expect(queue.run("b", async () => "b")).resolves.toBe("b");
    gate.resolve();
    await held;
  });

  test("that is full refuses, and takes tasks again once it has emptied", async () => {
    const queue = new KeyedQueue();
    const gate = Promise.withResolvers<void>();
    const held = Array.from({ length: LANE_TASKS_MAX }, () => queue.run("a", () => gate.promise));
    await expect(queue.run("a", async () => "late")).rejects.toMatchObject({ code: "STORE_OVERLOADED" });
    gate.resolve();
    await Promise.all(held);
    await expect(queue.run("a", async () => "again")).resolves.toBe("again");
  });

  test("is idle when all that was queued has ended", async () => {
    const queue = new KeyedQueue();
    const gate = Promise.withResolvers<void>();
    let ended = 0;
    for (const key of ["a", "a", "b"]) {
      void queue.run(key, async () => {
        await gate.promise;
        ended += 1;
      });
    }
    const idle = queue.idle();
    gate.resolve();
    await idle;
    expect(ended).toBe(3);
  });
});
