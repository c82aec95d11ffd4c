// Lets each operation of a workload on the real disk fail in turn, and then starts again on what it left.
// FAULTS_STRIDE=1 tries every operation; the ordinary run tries one in a few.
import { readdir } from "node:fs/promises";
import {
  type LogName,
  openReader,
  openRecorder,
  RecorderError,
  type RecorderOptions,
} from "@session-ledger/schema_recorder";
import { describe, expect, test } from "vitest";
import { endedEvent, messageEvent, startedEvent } from "../support/session_events.ts";
import { tempRoot } from "../support/temp_root.ts";
import { type DecideFault, type DiskFault, faultyDisks } from "./faulty_disk.ts";

const STRIDE = Number(process.env["FAULTS_STRIDE"] ?? 4);
/** A segment is full after a few appends, so that checkpoints are among the operations. */
const CHECKPOINT_BYTES = 1_000;
const FATAL_CODES = new Set(["STORE_FAILED"]);

interface Appended {
  readonly log: LogName;
  readonly record_ids: readonly unknown[];
}

/** What a run of the workload was told. */
interface Outcome {
  readonly submitted: Appended[];
  readonly acknowledged: Appended[];
  readonly errors: RecorderError[];
  readonly fatal: RecorderError[];
  /** Why the clean stop failed, if it did: everything acknowledged was durable by then. */
  stop_failure?: unknown;
}

/** Starts, fills and ends sessions of three users, one append after another; each failure only ends its session. */
async function runWorkload(options: RecorderOptions): Promise<Outcome> {
  const outcome: Outcome = { submitted: [], acknowledged: [], errors: [], fatal: [] };
  const recorder = await openRecorder({
    ...options,
    checkpoint_bytes: CHECKPOINT_BYTES,
    on_fatal: (error) => outcome.fatal.push(error),
  });
  for (const user_id of ["u1", "u2", "u3"]) {
    const log = { user_id, session_id: `sess_of_${user_id}` };
    const claim = `active:${user_id}`;
    const appends = [
      { events: [startedEvent(log)], options: { expected_seq: 0, claim } },
      { events: [messageEvent(log), messageEvent(log)], options: { expected_seq: 1 } },
      { events: [endedEvent(log)], options: { expected_seq: 3, release: claim } },
    ];
    for (const { events, options: append_options } of appends) {
      const appended = { log, record_ids: events.map(({ event }) => event["record_id"]) };
      outcome.submitted.push(appended);
      try {
        await recorder.append(log, events, append_options);
        outcome.acknowledged.push(appended);
      } catch (error) {
        if (!(error instanceof RecorderError)) throw error;
        outcome.errors.push(error);
      }
    }
  }
  await recorder.close().catch((error: unknown) => {
    outcome.stop_failure = error;
  });
  return outcome;
}

/** How many operations the workload takes on a disk that works. */
async function countOperations(): Promise<number> {
  let count = 0;
  const root = await tempRoot();
  const outcome = await runWorkload({
    root,
    ...faultyDisks(() => {
      count += 1;
      return undefined;
    }),
  });
  expect(outcome).toMatchObject({ errors: [], fatal: [] });
  return count;
}

/** Everything in the logs after a start on a disk that works, by `record_id`; the start must find nothing wrong. */
async function recoveredIds(root: string): Promise<unknown[]> {
  const recorder = await openRecorder({ root });
  await recorder.examineAll();
  expect(recorder.faults).toEqual([]);
  const ids: unknown[] = [];
  for await (const log of recorder.logs()) {
    for await (const line of recorder.read(log)) ids.push(line.event["record_id"]);
  }
  for await (const { log, state } of recorder.sessions({ holding_claim: true })) {
    const next = { expected_seq: state.seq, release: `active:${log.user_id}` };
    const [ended] = await recorder.append(log, [endedEvent(log)], next);
    ids.push(ended!.event["record_id"]);
    await expect(recorder.holderOf(next.release)).resolves.toBeUndefined();
  }
  await recorder.close();
  return ids;
}

describe.each<[string, DiskFault]>([
  ["EIO", { code: "EIO" }],
  ["ENOSPC", { code: "ENOSPC" }],
  ["a short count", { short: true }],
])("each operation in turn with %s", (_name, fault) => {
  test("acknowledges nothing that is not durable, stops, and starts clean again", async () => {
    const operations = await countOperations();
    expect(operations).toBeGreaterThan(50);
    for (let failing = 1; failing <= operations; failing += STRIDE) {
      const root = await tempRoot();
      let count = 0;
      let met = "";
      const decide: DecideFault = (operation, path) => {
        count += 1;
        if (count !== failing || ("short" in fault! && operation !== "write")) return undefined;
        met = `${operation} of ${path}`;
        return fault;
      };
      const outcome = await runWorkload({ root, ...faultyDisks(decide) }).catch((error: unknown) => error);
      const where = `operation ${failing}: ${met}`;
      // The start itself may fail; then there was nothing to acknowledge yet.
      if (!isOutcome(outcome)) {
        expect(await readdir(root), where).not.toContain("users");
        continue;
      }
      const { submitted, acknowledged, errors, fatal } = outcome;
      const refused_cleanly = errors.every(
        ({ code }) => code === "STORE_UNAVAILABLE" || code === "SEQ_CONFLICT",
      );
      if (errors.length > 0 && !refused_cleanly) expect(fatal, where).toHaveLength(1);
      if (fatal.length > 0) expect(FATAL_CODES.has(fatal[0]!.code), where).toBe(true);

      const ids = (appends: readonly Appended[]): unknown[] =>
        appends.flatMap(({ record_ids }) => record_ids);
      const recovered = await recoveredIds(root);
      const reader = await openReader({ root });
      for await (const log of reader.logs()) expect((await reader.verify(log)).faults, where).toEqual([]);
      await reader.close();
      expect(recovered, where).toEqual(expect.arrayContaining(ids(acknowledged)));
      expect(new Set(recovered).size, where).toBe(recovered.length);
      expect(
        ids(submitted).filter((id) => recovered.includes(id)),
        where,
      ).toEqual(expect.arrayContaining(ids(acknowledged)));
    }
  });
});

function isOutcome(outcome: unknown): outcome is Outcome {
  return typeof outcome === "object" && outcome !== null && "acknowledged" in outcome;
}
