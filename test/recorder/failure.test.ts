import { statSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type LogName,
  nodeCommitDisk,
  nodeDisk,
  openRecorder,
  type RecorderError,
} from "@session-ledger/schema_recorder";
import { describe, expect, test } from "vitest";
import { endedEvent, messageEvent, startedEvent } from "../support/session_events.ts";
import { tempRoot } from "../support/temp_root.ts";
import {
  type DecideFault,
  type DiskFault,
  type DiskOperation,
  faultyDisks,
  readOnlyDisks,
} from "./faulty_disk.ts";

const log: LogName = { user_id: "u1", session_id: "sess_0123456789abcdef" };
const next: LogName = { user_id: "u1", session_id: "sess_fedcba9876543210" };
const claim = "active:u1";

async function openWithFault() {
  const root = await tempRoot();
  let decide: DecideFault = () => undefined;
  const fatal: RecorderError[] = [];
  const recorder = await openRecorder({
    root,
    ...faultyDisks((operation, path) => decide(operation, path)),
    on_fatal: (error) => fatal.push(error),
  });
  const setFault = (fault: DecideFault): void => {
    decide = fault;
  };
  return { root, recorder, fatal, setFault };
}

describe("a write or a sync that fails", () => {
  test.each<[string, DiskOperation, DiskFault]>([
    ["a write with EIO", "write", { code: "EIO" }],
    ["a write with ENOSPC", "write", { code: "ENOSPC" }],
    ["a short write", "write", { short: true }],
    ["a sync with EIO", "sync", { code: "EIO" }],
  ])("%s ends the store: no acknowledgement, then or later", async (_name, operation, fault) => {
    const { root, recorder, fatal, setFault } = await openWithFault();
    await recorder.append(log, [startedEvent(log)], { expected_seq: 0, claim });
    let failures = 0;
    setFault((met) => {
      if (met !== operation || failures > 0) return undefined;
      failures += 1;
      return fault;
    });
    await expect(recorder.append(log, [messageEvent(log)], { expected_seq: 1 })).rejects.toMatchObject({
      code: "STORE_FAILED",
    });
    expect(failures).toBe(1);
    expect(fatal).toMatchObject([{ code: "STORE_FAILED" }]);
    expect(await recorder.readiness()).toMatchObject({ ready: false });
    // The fault is over, and still nothing is tried again.
    await expect(recorder.append(log, [messageEvent(log)], { expected_seq: 1 })).rejects.toMatchObject({
      code: "STORE_FAILED",
    });
    await recorder.close();

    const reopened = await openRecorder({ root });
    expect(reopened.faults).toEqual([]);
    expect(await reopened.holderOf(claim)).toEqual(log);
    const [entry] = await reopened.find(log.session_id);
    expect(entry!.state.seq).toBeLessThanOrEqual(2);
    await reopened.append(log, [endedEvent(log)], { expected_seq: entry!.state.seq, release: claim });
    await reopened.close();
  });
});

test("a batch that follows one whose sync failed does not reach the disk", async () => {
  const { recorder, setFault } = await openWithFault();
  const logs = Array.from({ length: 200 }, (_, at) => ({ user_id: `u${at}`, session_id: `sess_${at}` }));
  let failed = false;
  const later: string[] = [];
  setFault((operation, path) => {
    if (failed) later.push(`${operation} ${path}`);
    if (operation !== "sync" || failed) return undefined;
    failed = true;
    return { code: "EIO" };
  });
  const outcomes = await Promise.allSettled(
    logs.map((each) => recorder.append(each, [startedEvent(each)], { expected_seq: 0 })),
  );
  expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(["rejected"]));
  expect(failed).toBe(true);
  // A batch's folders are made before its frame is written, so this too says that it was not begun.
  expect(later).toEqual([]);
  await recorder.close();
});

describe("a log that cannot be made", () => {
  test("refuses the append, leaves nothing, and the store goes on", async () => {
    const { root, recorder, fatal, setFault } = await openWithFault();
    setFault((operation) => (operation === "makeFolder" ? { code: "EMFILE" } : undefined));
    await expect(recorder.append(log, [startedEvent(log)], { expected_seq: 0, claim })).rejects.toMatchObject(
      {
        code: "STORE_UNAVAILABLE",
      },
    );
    expect(await recorder.holderOf(claim)).toBeUndefined();
    expect(await recorder.find(log.session_id)).toEqual([]);
    expect(fatal).toEqual([]);
    setFault(() => undefined);
    await recorder.append(next, [startedEvent(next)], { expected_seq: 0, claim });
    expect(await readdir(join(root, "users/u1/sessions"))).toEqual([`${next.session_id}.jsonl`]);
    await recorder.close();
  });

  test("because a file stands in its place is refused, and that file is not touched", async () => {
    const { root, recorder, fatal } = await openWithFault();
    await recorder.append(log, [startedEvent(log)], { expected_seq: 0, claim });
    const path = join(root, "users/u1/sessions", `${next.session_id}.jsonl`);
    await writeFile(path, "mine");
    await expect(recorder.append(next, [startedEvent(next)], { expected_seq: 0 })).rejects.toMatchObject({
      code: "LOG_CORRUPT",
    });
    expect(await readFile(path, "utf8")).toBe("mine");
    expect(fatal).toEqual([]);
    await recorder.close();
  });
});

test("of appends queued on one another, those after a refused one are refused too", async () => {
  const root = await tempRoot();
  let free_bytes = 0;
  const commit_disk = { ...nodeCommitDisk, freeBytes: () => free_bytes };
  const recorder = await openRecorder({ root, commit_disk });
  const outcomes = await Promise.allSettled([
    recorder.append(log, [startedEvent(log)], { expected_seq: 0, claim }),
    recorder.append(log, [messageEvent(log)], { expected_seq: 1 }),
    recorder.append(next, [startedEvent(next)], { expected_seq: 0 }),
  ]);
  expect(outcomes.map((outcome) => outcome.status)).toEqual(["rejected", "rejected", "rejected"]);
  free_bytes = Number.MAX_SAFE_INTEGER;
  const appended = await Promise.all([
    recorder.append(log, [startedEvent(log)], { expected_seq: 0, claim }),
    recorder.append(log, [messageEvent(log), messageEvent(log)], { expected_seq: 1 }),
    recorder.append(log, [endedEvent(log)], { expected_seq: 3, release: claim }),
  ]);
  expect(appended.flat().map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  await recorder.close();
});

test("a nearly full disk refuses appends before a write can fail, and takes them again when there is room", async () => {
  const root = await tempRoot();
  let free_bytes = 1_000_000;
  const recorder = await openRecorder({
    root,
    disk_free_bytes_min: 500_000,
    disk: { ...nodeDisk, freeBytes: async () => free_bytes },
    commit_disk: { ...nodeCommitDisk, freeBytes: () => free_bytes },
  });
  await recorder.append(log, [startedEvent(log)], { expected_seq: 0, claim });
  free_bytes = 499_999;
  await expect(recorder.append(log, [messageEvent(log)], { expected_seq: 1 })).rejects.toMatchObject({
    code: "STORE_FULL",
  });
  expect(await recorder.readiness()).toMatchObject({ ready: false });
  expect(await Array.fromAsync(recorder.read(log))).toHaveLength(1);
  free_bytes = 500_000;
  await recorder.append(log, [messageEvent(log)], { expected_seq: 1 });
  expect(await recorder.readiness()).toEqual({ ready: true });
  await recorder.close();
});

test("a root that cannot be written serves reads and refuses appends", async () => {
  const root = await tempRoot();
  const recorder = await openRecorder({ root });
  await recorder.append(log, [startedEvent(log)], { expected_seq: 0, claim });
  await recorder.close();

  const read_only = await openRecorder({ root, ...readOnlyDisks() });
  expect(await read_only.readiness()).toMatchObject({ ready: false });
  expect(await Array.fromAsync(read_only.read(log))).toHaveLength(1);
  expect(await read_only.holderOf(claim)).toEqual(log);
  await expect(read_only.append(log, [messageEvent(log)], { expected_seq: 1 })).rejects.toMatchObject({
    code: "STORE_UNAVAILABLE",
  });
  await read_only.close();
});

test("nothing is visible, in memory or in the log, before it is durable", async () => {
  const { root, recorder, setFault } = await openWithFault();
  await recorder.append(log, [startedEvent(log)], { expected_seq: 0, claim });
  const path = join(root, "users/u1/sessions", `${log.session_id}.jsonl`);
  const size_before = statSync(path).size;
  const controller = new AbortController();
  const tailed: number[] = [];
  const first_tailed = Promise.withResolvers<void>();
  const tail = (async () => {
    for await (const line of recorder.tail(log, { signal: controller.signal })) {
      tailed.push(line.seq);
      first_tailed.resolve();
    }
  })();
  await first_tailed.promise;

  const at_sync: unknown[] = [];
  setFault((operation) => {
    if (operation === "sync" && at_sync.length === 0) {
      at_sync.push(statSync(path).size, recorder.find(log.session_id), recorder.holderOf(claim), [...tailed]);
    }
    return undefined;
  });
  await recorder.append(log, [endedEvent(log)], { expected_seq: 1, release: claim });
  expect(await Promise.all(at_sync)).toMatchObject([
    size_before,
    [{ state: { status: "active" } }],
    log,
    [1],
  ]);

  expect(statSync(path).size).toBeGreaterThan(size_before);
  expect(await Array.fromAsync(recorder.read(log))).toHaveLength(2);
  expect(await recorder.holderOf(claim)).toBeUndefined();
  controller.abort();
  await tail;
  await recorder.close();
});
