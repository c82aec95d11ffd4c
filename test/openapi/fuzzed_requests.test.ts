// Requests that are made from nothing but the server's own description. `FUZZ_REQUESTS` says how many, and
// `FUZZ_SEED` draws those of an earlier run again.
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../cli/session_ledger.ts";
import { LedgerUnderTest } from "../e2e/ledger_under_test.ts";
import { sizeOf } from "../proofs/system_needs.ts";
import { answerFaults } from "./answer_faults.ts";
import { ApiDocument } from "./api_document.ts";
import { KnownThings } from "./known_things.ts";
import { type RequestPlan, requestPlans } from "./request_plan.ts";
import { type WireAnswer, WireClient } from "./wire_answer.ts";
import { type WireRequest, wireRequest } from "./wire_request.ts";

const REQUESTS = sizeOf("FUZZ_REQUESTS", 500);
const SEED = Number(process.env["FUZZ_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const REQUEST_MS_MAX = 100;

let ledger: LedgerUnderTest;
beforeAll(async () => {
  ledger = await LedgerUnderTest.started();
});
afterAll(() => ledger.remove());

/** How often each operation answered with each status. */
class Tally {
  readonly #statuses = new Map<string, Map<number, number>>();

  count({ operation }: WireRequest, { status }: WireAnswer): void {
    const statuses = this.#statuses.get(operation.operationId) ?? new Map<number, number>();
    this.#statuses.set(operation.operationId, statuses.set(status, (statuses.get(status) ?? 0) + 1));
  }

  get asked(): number {
    return this.#statuses.size;
  }

  /** The operations that did at least once what they are there for. */
  get succeeded(): number {
    return [...this.#statuses.values()].filter((statuses) => [...statuses.keys()].some(isSuccess)).length;
  }

  get table(): Record<string, Record<string, number>> {
    return Object.fromEntries(
      [...this.#statuses].map(([id, statuses]) => [id, Object.fromEntries(statuses)]),
    );
  }
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** The failure itself; a plan's text would be the whole description of its operation. */
function throwFirst({ errorInstance }: fc.RunDetails<[RequestPlan]>): void {
  if (errorInstance !== null) throw errorInstance;
}

/** The fields that name what an answer is about. */
function answerFields({ headers, text }: WireAnswer): Record<string, unknown> {
  if (!(headers["content-type"] ?? "").startsWith("application/json") || text === "") return {};
  const body = JSON.parse(text) as Record<string, unknown>;
  return { ...body, ...(typeof body["session"] === "object" ? body["session"] : {}) };
}

test("requests made from the description are answered as it says, and never with a 5xx", {
  timeout: 60_000 + REQUESTS * REQUEST_MS_MAX,
}, async () => {
  const document = await ApiDocument.of(ledger.url);
  const client = new WireClient(ledger.url);
  const things = new KnownThings();
  const tally = new Tally();
  // What an answer is depends on all requests before it, so a failure is shown as it is and not made smaller.
  const settings = { numRuns: REQUESTS, seed: SEED, endOnFailure: true, reporter: throwFirst };
  const property = fc.asyncProperty(requestPlans(document), async (plan) => {
    const request = wireRequest(document, plan, things);
    const answer = await client.send(request);
    tally.count(request, answer);
    const { operation, refused, fields, ...sent } = request;
    expect(answerFaults(document, request, answer), JSON.stringify(sent).slice(0, 3_000)).toEqual([]);
    if (isSuccess(answer.status)) things.learn(operation.tags?.[0] ?? "", fields, answerFields(answer));
  });
  console.info(`FUZZ_SEED=${SEED} FUZZ_REQUESTS=${REQUESTS}`);
  try {
    await fc.assert(property, settings);
  } finally {
    client.close();
    console.info(JSON.stringify(tally.table));
  }
  // Requests that only ever fail would show nothing.
  expect(tally.asked).toBe(document.operations.length);
  expect(tally.succeeded).toBeGreaterThan(document.operations.length / 3);
});

test("after all of it the logs verify", async () => {
  expect(await runCli(ledger.log_root, "verify")).toMatchObject({ code: 0 });
});
