import { expect, test } from "vitest";
import type { LogName } from "../recorder.ts";
import type { CommitResult, Refusal } from "./commit_engine.ts";
import { CommitQueue } from "./commit_queue.ts";
import type { Committer } from "./committer.ts";
import { decodePayload } from "./frame.ts";
import type { Chain } from "./queued_append.ts";

/** More than enough appends for two batches. */
const MANY = 200;

/** A batch that was handed over, and waits for the test to say what became of it. */
interface Handed {
  readonly sessions: readonly string[];
  readonly commit: (refusals?: readonly Refusal[], segment_bytes?: number) => void;
  readonly fail: (error: Error) => void;
}

/** A committer that carries out what the test says, when the test says so. */
class ToldCommitter implements Committer {
  readonly handed: Handed[] = [];
  seals = 0;
  #batches = 0;

  commit(payload: Buffer): Promise<CommitResult> {
    this.#batches += 1;
    const batch = this.#batches;
    const { promise, resolve, reject } = Promise.withResolvers<CommitResult>();
    this.handed.push({
      sessions: decodePayload(payload).map(({ log }) => log.session_id),
      commit: (refusals = [], segment_bytes = 0) => resolve({ full: false, batch, refusals, segment_bytes }),
      fail: reject,
    });
    return promise;
  }

  async seal(): Promise<boolean> {
    this.seals += 1;
    return true;
  }

  async syncSealed(): Promise<void> {}
  async dropSealed(): Promise<void> {}
  async close(): Promise<void> {}
}

function setUp() {
  const committer = new ToldCommitter();
  const failures: string[] = [];
  const queue = new CommitQueue(
    {
      committer,
      checkpoint_bytes: 1_000,
      checkpoint: async () => {},
      onFailed: (error) => failures.push(error.code),
    },
    1,
  );
  const durable: string[] = [];
  const push = (session_id: string, chain: Chain = { broken: false }): Promise<void> => {
    const log: LogName = { user_id: "user", session_id };
    return new Promise((resolve, reject) => {
      queue.push({
        kind: "append",
        log,
        incarnation: "00".repeat(8),
        byte_offset: 0,
        data: Buffer.from("x"),
        chain,
        onDurable: () => {
          durable.push(session_id);
          resolve();
        },
        onRefused: reject,
      });
    });
  };
  const pushMany = (count: number): Promise<void>[] =>
    Array.from({ length: count }, (_, at) => push(`many${at}`));
  return { committer, queue, push, pushMany, durable, failures };
}

/** Lets everything happen that waits for nothing but its turn. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
}

test("few appends share one batch, and those that come meanwhile share the next", async () => {
  const { committer, push, durable } = setUp();
  const first = [push("a"), push("b")];
  await turns();
  const second = [push("c"), push("d")];
  await turns();
  expect(committer.handed.map(({ sessions }) => sessions)).toEqual([["a", "b"]]);
  committer.handed[0]?.commit();
  await Promise.all(first);
  expect(durable).toEqual(["a", "b"]);
  await turns();
  expect(committer.handed[1]?.sessions).toEqual(["c", "d"]);
  committer.handed[1]?.commit();
  await Promise.all(second);
});

test("appends that come turn by turn share a batch, until it has enough", async () => {
  const { committer, push } = setUp();
  const pushed: Promise<void>[] = [];
  const pushEachTurn = (left: number): void => {
    if (left > 1) setImmediate(() => pushEachTurn(left - 1));
    pushed.push(push(`${left} left`));
  };
  pushEachTurn(20);
  for (let round = 0; round < 5; round += 1) await turns();
  expect(pushed).toHaveLength(20);
  expect(committer.handed).toHaveLength(1);
  expect(committer.handed[0]?.sessions.length).toBeGreaterThanOrEqual(16);
  committer.handed[0]?.commit();
  await turns();
  expect(committer.handed.flatMap(({ sessions }) => sessions)).toHaveLength(20);
  committer.handed[1]?.commit();
  await Promise.all(pushed);
});

test("enough appends of one turn go while it still brings more, each event's together", async () => {
  const { committer, push } = setUp();
  const pushed: Promise<void>[] = [];
  const handed_after: number[] = [];
  for (let event = 0; event < 14; event += 1) {
    setImmediate(() => {
      handed_after.push(committer.handed.length);
      for (let at = 0; at < 5; at += 1) pushed.push(push(`event ${event}, ${at}`));
    });
  }
  await turns();
  expect(committer.handed.map(({ sessions }) => sessions.length)).toEqual([35, 35]);
  expect(handed_after.indexOf(1)).toBe(7);
  for (const { commit } of committer.handed) commit();
  await Promise.all(pushed);
});

test("many appends go in two batches at once, and no third before the first is settled", async () => {
  const { committer, pushMany, durable } = setUp();
  const pushed = pushMany(MANY);
  await turns();
  expect(committer.handed.map(({ sessions }) => sessions.length)).toEqual([MANY / 2, MANY / 2]);
  const more = pushMany(MANY);
  await turns();
  expect(committer.handed).toHaveLength(2);
  committer.handed[0]?.commit();
  await turns();
  expect(durable).toHaveLength(MANY / 2);
  expect(committer.handed).toHaveLength(3);
  for (let at = 1; at < 3; at += 1) committer.handed[at]?.commit();
  await turns();
  for (let at = 3; at < committer.handed.length; at += 1) committer.handed[at]?.commit();
  await Promise.all([...pushed, ...more]);
});

test("an append waits for the batch that holds the one before it in its chain", async () => {
  const { committer, push, pushMany } = setUp();
  const chain: Chain = { broken: false };
  const before = push("chained", chain);
  await turns();
  const ends = Promise.allSettled([before, push("chained", chain)]);
  const others = pushMany(MANY);
  await turns();
  expect(committer.handed.map(({ sessions }) => sessions)).toEqual([["chained"]]);
  committer.handed[0]?.commit([{ at: 0, code: "LOG_CORRUPT", message: "" }]);
  const [first, second] = await ends;
  expect(first).toMatchObject({ reason: { code: "LOG_CORRUPT" } });
  expect(second).toMatchObject({ reason: { code: "SEQ_CONFLICT" } });
  await turns();
  expect(committer.handed.flatMap(({ sessions }) => sessions).filter((id) => id === "chained")).toHaveLength(
    1,
  );
  for (const { commit } of committer.handed.slice(1)) commit();
  await Promise.all(others);
});

test("once a batch failed, none that follows it is acknowledged", async () => {
  const { committer, pushMany, durable, failures } = setUp();
  const settled = Promise.allSettled(pushMany(MANY));
  await turns();
  committer.handed[0]?.fail(new Error("EIO"));
  committer.handed[1]?.commit();
  const statuses = new Set((await settled).map(({ status }) => status));
  expect([...statuses]).toEqual(["rejected"]);
  expect(durable).toEqual([]);
  expect(failures).toEqual(["STORE_FAILED"]);
});

test("a segment is sealed while no batch is under way", async () => {
  const { committer, queue, pushMany } = setUp();
  const pushed = pushMany(MANY);
  await turns();
  committer.handed[0]?.commit([], 1_000);
  await turns();
  expect(committer.seals).toBe(0);
  committer.handed[1]?.commit();
  await Promise.all(pushed);
  await queue.idle();
  expect(committer.seals).toBe(1);
});
