// A root that a power cut left, on a disk that can only be read: what was acknowledged stands in the journal, and is
// not in the logs.
import { randomUUID } from "node:crypto";
import { cp, readdir, readFile, rm, truncate } from "node:fs/promises";
import { join } from "node:path";
import { type JsonlRecorder, type LogName, openRecorder } from "@session-ledger/schema_recorder";
import { expect, test } from "vitest";
import { endedEvent, messageEvent, startedEvent } from "../support/session_events.ts";
import { tempRoot } from "../support/temp_root.ts";
import { faultyDisks, readOnlyDisks } from "./faulty_disk.ts";

const cut: LogName = { user_id: "u1", session_id: "sess_cut" };
const missing: LogName = { user_id: "u2", session_id: "sess_missing" };
const whole: LogName = { user_id: "u3", session_id: "sess_whole" };
const LOGS = [cut, missing, whole];

const pathOf = (root: string, { user_id, session_id }: LogName): string =>
  join(root, "users", user_id, "sessions", `${session_id}.jsonl`);

/** A root whose process was killed before any checkpoint; no log has lost anything yet. */
async function killedRoot(): Promise<string> {
  const living = await tempRoot();
  const recorder = await openRecorder({ root: living });
  for (const log of LOGS) {
    await recorder.append(log, [startedEvent(log)], { expected_seq: 0, claim: `active:${log.user_id}` });
    await recorder.append(log, [messageEvent(log), messageEvent(log)], { expected_seq: 1 });
  }
  await recorder.append(whole, [endedEvent(whole)], { expected_seq: 3, release: "active:u3" });
  const root = join(await tempRoot(), "killed");
  await cp(living, root, { recursive: true });
  await recorder.close();
  return root;
}

/** Everything that is told of the logs. */
async function toldBy(recorder: JsonlRecorder): Promise<unknown> {
  const told: unknown[] = [await Array.fromAsync(recorder.logs()), recorder.faults];
  for (const log of LOGS) {
    told.push(await Array.fromAsync(recorder.read(log)), await recorder.find(log.session_id));
    told.push(await recorder.holderOf(`active:${log.user_id}`));
  }
  return told;
}

/** Every file below a root, with its bytes. */
async function filesOf(root: string): Promise<unknown> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(paths.sort().map(async (path) => [path, await readFile(path)]));
}

test("a root that cannot be written serves everything that was acknowledged, and is not touched", async () => {
  const root = await killedRoot();
  await truncate(pathOf(root, cut), 300);
  await rm(join(root, "users/u2"), { recursive: true });
  const left = await filesOf(root);

  const read_only = await openRecorder({ root, ...readOnlyDisks() });
  const told = await toldBy(read_only);
  expect(await Array.fromAsync(read_only.read(cut, { after_seq: 1 }))).toHaveLength(2);
  await expect(read_only.append(cut, [messageEvent(cut)], { expected_seq: 3 })).rejects.toMatchObject({
    code: "STORE_UNAVAILABLE",
  });
  await read_only.close();
  expect(await filesOf(root)).toEqual(left);

  const written = await openRecorder({ root });
  expect(await toldBy(written)).toEqual(told);
  await written.append(cut, [endedEvent(cut)], { expected_seq: 3, release: "active:u1" });
  await written.close();
});

test("a log that lost more than the journal can give back is refused on a root that cannot be written, too", async () => {
  const root = await killedRoot();
  await openRecorder({ root }).then((recorder) => recorder.close());
  const recorder = await openRecorder({ root });
  await recorder.append(cut, [messageEvent(cut)], { expected_seq: 3 });
  const copy = join(await tempRoot(), "killed");
  await cp(root, copy, { recursive: true });
  await recorder.close();
  await truncate(pathOf(copy, cut), 300);

  const read_only = await openRecorder({ root: copy, ...readOnlyDisks() });
  expect(read_only.faults).toMatchObject([{ code: "LOG_TRUNCATED", byte_offset: 300 }]);
  expect(await Array.fromAsync(read_only.read(missing))).toHaveLength(3);
  await read_only.close();
});

test("a log whose erasure only the journal holds is not served from a root that cannot be written", async () => {
  const root = await tempRoot();
  const failing = faultyDisks((operation, path) =>
    operation === "remove" && path === pathOf(root, whole) ? { code: "EIO" } : undefined,
  );
  const recorder = await openRecorder({ root, ...failing });
  await recorder.append(whole, [startedEvent(whole), endedEvent(whole)], { expected_seq: 0 });
  await expect(recorder.erase(whole)).rejects.toMatchObject({ code: "STORE_FAILED" });
  await recorder.close();
  expect(await readFile(pathOf(root, whole), "utf8")).toContain("session.ended");

  const read_only = await openRecorder({ root, ...readOnlyDisks() });
  expect(await Array.fromAsync(read_only.logs())).toEqual([]);
  expect(await read_only.find(whole.session_id)).toEqual([]);
  await read_only.close();
});

const archiveOf = (root: string, log: LogName): string => pathOf(join(root, "archive"), log).concat(".gz");

type Act = (recorder: JsonlRecorder) => Promise<unknown>;
const archive: Act = (recorder) => recorder.archive(whole);
const restore: Act = (recorder) => recorder.restore(whole);
const eraseLine: Act = (recorder) => recorder.eraseLine(whole, 2, { record_id: randomUUID() });

/** What is told of the log, or the code of the error with which it is not read. */
async function toldOf(recorder: JsonlRecorder) {
  const lines = await Array.fromAsync(recorder.read(whole)).catch((error) => error.code);
  return { lines, found: await recorder.find(whole.session_id), faults: recorder.faults };
}

interface CutShort {
  /** What was done before. */
  readonly before?: readonly Act[];
  /** What fails once its entry is durable. */
  readonly act: Act;
  /** The call that fails. */
  readonly fails: (operation: string, path: string, root: string) => boolean;
}

/** Does something to a log up to the call that fails, and tells what then is served before and after the next start. */
async function cutShort({ before = [], act, fails }: CutShort) {
  const root = await tempRoot();
  let breaks = false;
  const failing = faultyDisks((operation, path) =>
    breaks && fails(operation, path, root) ? { code: "EIO" } : undefined,
  );
  const recorder = await openRecorder({ root, ...failing });
  const events = [startedEvent(whole), messageEvent(whole), endedEvent(whole)];
  await recorder.append(whole, events, { expected_seq: 0 });
  for (const earlier of before) await earlier(recorder);
  const known = await toldOf(recorder);
  breaks = true;
  await expect(act(recorder)).rejects.toMatchObject({ code: "STORE_FAILED" });
  await recorder.close();
  const left = await filesOf(root);

  const read_only = await openRecorder({ root, ...readOnlyDisks() });
  const served = await toldOf(read_only);
  await read_only.close();
  expect(await filesOf(root)).toEqual(left);
  const written = await openRecorder({ root });
  const recovered = await toldOf(written);
  await written.close();
  return { known, served, recovered };
}

test.each<[string, CutShort]>([
  [
    "a restoring",
    {
      before: [archive],
      act: restore,
      fails: (operation, path, root) => operation === "rename" && path === pathOf(root, whole),
    },
  ],
  [
    "a restoring whose archive still stands",
    {
      before: [archive],
      act: restore,
      fails: (operation, path, root) => operation === "remove" && path === archiveOf(root, whole),
    },
  ],
  [
    "the erasure of a line",
    {
      act: eraseLine,
      fails: (operation, path, root) => operation === "rename" && path === pathOf(root, whole),
    },
  ],
])("%s that only the journal holds is served as the next start leaves it", async (_name, cut_short) => {
  const { known, served, recovered } = await cutShort(cut_short);
  expect(served).toEqual(recovered);
  expect(served).not.toEqual(known);
  expect(Array.isArray(served.lines)).toBe(true);
});

test.each<[string, CutShort["fails"]]>([
  ["has no name yet", (operation, path, root) => operation === "rename" && path === archiveOf(root, whole)],
  [
    "stands beside the log",
    (operation, path, root) => operation === "remove" && path === pathOf(root, whole),
  ],
])("a log whose archive %s is served until a start finishes the archiving", async (_name, fails) => {
  const { known, served, recovered } = await cutShort({ act: archive, fails });
  expect(served).toEqual(known);
  expect(recovered.lines).toBe("LOG_ARCHIVED");
});
