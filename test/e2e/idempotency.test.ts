// Retries under an Idempotency-Key, from outside. `RETRIES` says how many answers are dropped, and `RETRY_SEED` makes
// the choices of an earlier run again.
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { RandomNumbers } from "../crash/random_numbers.ts";
import { DroppingProxy } from "./dropping_proxy.ts";
import { expectProblem } from "./expected_problem.ts";
import { type Answered, post } from "./http_exchange.ts";
import { LedgerUnderTest } from "./ledger_under_test.ts";
import { allLogs } from "./log_root_files.ts";
import { APPEND, END, endInput, messageInput, START } from "./operations.ts";

const RETRIES = Number(process.env["RETRIES"] ?? 1_000);
const SEED = Number(process.env["RETRY_SEED"] ?? Math.floor(Math.random() * 2 ** 32));
const USERS = 8;

async function startedLedger(environment = {}): Promise<LedgerUnderTest> {
  const ledger = await LedgerUnderTest.started(environment);
  onTestFinished(() => ledger.remove());
  return ledger;
}

function keyed(url: string, path: string, key: string, body: unknown): Promise<Answered> {
  return post(url, path, body, { "Idempotency-Key": key });
}

/** What must be equal in the first answer and each later one. */
function told({ status, text, headers }: Answered) {
  return { status, text, etag: headers.etag };
}

test(`${RETRIES} retries with the answer dropped leave no double event`, { timeout: 300_000 }, async () => {
  console.info(`RETRY_SEED=${SEED} RETRIES=${RETRIES}`);
  const ledger = await startedLedger();
  const random = new RandomNumbers(SEED);
  const proxy = await DroppingProxy.started(ledger.url, () => random.below(2) === 0);
  onTestFinished(() => proxy.stop());
  let commands = 0;

  const insist = async (path: string, body: unknown): Promise<Answered> => {
    commands += 1;
    const key = `command-${commands}`;
    for (;;) {
      const answer = await keyed(proxy.url, path, key, body).catch(() => undefined);
      if (answer !== undefined && answer.status !== 409) return answer;
      expect(answer?.body["code"] ?? "IDEMPOTENCY_KEY_IN_FLIGHT").toBe("IDEMPOTENCY_KEY_IN_FLIGHT");
    }
  };
  const lives = Array.from({ length: USERS }, async (_, user) => {
    while (proxy.dropped < RETRIES) {
      const started = await insist(START, { user_id: `user-${user}`, performer_id: "carer01" });
      expect(started.status).toBe(200);
      const session = { user_id: `user-${user}`, session_id: String(started.body["session_id"]) };
      expect((await insist(APPEND, messageInput(session))).status).toBe(201);
      expect((await insist(END, endInput(session))).status).toBe(200);
    }
  });
  await Promise.all(lives);

  const lines = [...(await allLogs(ledger.log_root)).values()].flat();
  expect(proxy.dropped).toBeGreaterThanOrEqual(RETRIES);
  expect(lines).toHaveLength(commands);
  expect(new Set(lines.map(({ event }) => event["record_id"])).size).toBe(commands);
});

test.each([
  ["SIGTERM", "kept"],
  ["SIGTERM", "removed"],
  ["SIGKILL", "kept"],
  ["SIGKILL", "removed"],
] as const)(
  "after %s and a start with the catalog %s, keys have their first answers",
  async (signal, catalog) => {
    const ledger = await startedLedger();
    const start = { user_id: "ada", performer_id: "carer01" };
    const started = await keyed(ledger.url, START, "k", start);
    const session = { user_id: "ada", session_id: String(started.body["session_id"]) };
    const message = messageInput(session);
    const requests = [
      [START, start, started],
      [APPEND, message, await keyed(ledger.url, APPEND, "k", message)],
      [END, endInput(session), await keyed(ledger.url, END, "k", endInput(session))],
    ] as const;
    const logs = await allLogs(ledger.log_root);

    await ledger.stop(signal);
    if (catalog === "removed") {
      const folder = join(ledger.log_root, ".ledger");
      const names = (await readdir(folder)).filter((name) => name.startsWith("catalog."));
      expect(names).toContain("catalog.db");
      for (const name of names) await rm(join(folder, name));
    }
    await ledger.start();

    for (const [path, body, first] of requests) {
      expect([200, 201]).toContain(first.status);
      expect(first.headers["idempotent-replayed"]).toBeUndefined();
      const again = await keyed(ledger.url, path, "k", body);
      expect(told(again)).toEqual(told(first));
      expect(again.headers["idempotent-replayed"]).toBe("true");
      expectProblem(
        await keyed(ledger.url, path, "k", { ...body, schema_version: "1.0.9" }),
        422,
        "IDEMPOTENCY_KEY_REUSED",
      );
    }
    expect(await allLogs(ledger.log_root)).toEqual(logs);
  },
);

test("equal requests at once record one event: the others are told to wait, or get its answer", async () => {
  const ledger = await startedLedger();
  const start = { user_id: "ada", performer_id: "carer01" };
  const answers = await Promise.all(Array.from({ length: 16 }, () => keyed(ledger.url, START, "k", start)));
  const accepted = answers.filter(({ status }) => status === 200);
  expect(accepted.filter(({ headers }) => headers["idempotent-replayed"] === undefined)).toHaveLength(1);
  expect(new Set(accepted.map(({ text }) => text)).size).toBe(1);
  for (const answer of answers.filter(({ status }) => status !== 200)) {
    expectProblem(answer, 409, "IDEMPOTENCY_KEY_IN_FLIGHT");
    expect(answer.headers["retry-after"]).toBe("1");
  }
  expect([...(await allLogs(ledger.log_root)).values()].flat()).toHaveLength(1);
});
