import { appendFile, readdir, readFile, rm, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type LogName, openReader, openRecorder } from "@session-ledger/schema_recorder";
import { describe, expect, test } from "vitest";
import { endedEvent, messageEvent, startedEvent } from "../support/session_events.ts";
import { tempRoot } from "../support/temp_root.ts";

const log: LogName = { user_id: "u1", session_id: "sess_0123456789abcdef" };
const other: LogName = { user_id: "u2", session_id: "sess_fedcba9876543210" };
const claim = "active:u1";

const pathOf = (root: string, name = log): string =>
  join(root, "users", name.user_id, "sessions", `${name.session_id}.jsonl`);

/** A root with a log of a start, a message and a batch of two messages, and another user's log. */
async function rootWithLogs(): Promise<string> {
  const root = await tempRoot();
  const recorder = await openRecorder({ root });
  await recorder.append(log, [startedEvent(log)], { expected_seq: 0, claim });
  await recorder.append(log, [messageEvent(log)], { expected_seq: 1 });
  await recorder.append(log, [messageEvent(log), messageEvent(log)], { expected_seq: 2 });
  await recorder.append(other, [startedEvent(other)], { expected_seq: 0, claim: "active:u2" });
  await recorder.close();
  return root;
}

/** Takes away what the ledger knows of its logs, so that nothing but the logs themselves is left. */
async function forgetLedger(root: string): Promise<void> {
  await rm(join(root, ".ledger"), { recursive: true });
}

async function lineEnds(path: string): Promise<number[]> {
  const bytes = await readFile(path);
  return [...bytes.entries()].filter(([, byte]) => byte === 0x0a).map(([at]) => at + 1);
}

describe("a torn end", () => {
  test("is kept aside and cut off before the first append", async () => {
    const root = await rootWithLogs();
    const whole = await readFile(pathOf(root));
    await appendFile(pathOf(root), '{"seq":5,"recorded');

    const recorder = await openRecorder({ root });
    expect(recorder.repairs).toMatchObject([
      { log, action: "cut", byte_offset: whole.length, bytes_cut: 18 },
    ]);
    expect(await readFile(join(root, recorder.repairs[0]!.kept_as!), "utf8")).toBe('{"seq":5,"recorded');
    expect(await readFile(pathOf(root))).toEqual(whole);
    const [line] = await recorder.append(log, [endedEvent(log)], { expected_seq: 4, release: claim });
    expect(line?.seq).toBe(5);
    await recorder.close();

    const report = await (await openReader({ root })).verify(log);
    expect(report).toMatchObject({ lines: 5, faults: [] });
  });

  test("that lacks only its newline is a line of the log", async () => {
    const root = await rootWithLogs();
    const whole = await readFile(pathOf(root));
    await truncate(pathOf(root), whole.length - 1);

    const recorder = await openRecorder({ root });
    expect(recorder.repairs).toMatchObject([{ action: "add_newline" }]);
    expect(await readFile(pathOf(root))).toEqual(whole);
    expect((await recorder.find(log.session_id))[0]?.state.seq).toBe(4);
    await recorder.close();
  });

  test("of zeros is cut off", async () => {
    const root = await rootWithLogs();
    const whole = await readFile(pathOf(root));
    await truncate(pathOf(root), whole.length + 4096);
    const recorder = await openRecorder({ root });
    expect(await readFile(pathOf(root))).toEqual(whole);
    await recorder.close();
  });

  test("of a batch takes the whole batch with it", async () => {
    const root = await rootWithLogs();
    const ends = await lineEnds(pathOf(root));
    await truncate(pathOf(root), ends[2]!);
    await forgetLedger(root);
    const recorder = await openRecorder({ root });
    expect((await stat(pathOf(root))).size).toBe(ends[1]);
    expect((await recorder.find(log.session_id))[0]?.state.seq).toBe(2);
    await recorder.close();
  });

  test("that is the whole log means the session never was", async () => {
    const root = await rootWithLogs();
    await truncate(pathOf(root), 10);
    await forgetLedger(root);
    await writeFile(pathOf(root, { ...log, session_id: "sess_empty" }), "");

    const recorder = await openRecorder({ root });
    expect(recorder.repairs.map(({ action }) => action).sort()).toEqual(["cut", "remove_empty"]);
    const left = await readdir(join(root, "users/u1/sessions"));
    expect(left).toEqual([expect.stringMatching(/^sess_0123456789abcdef\.jsonl\.torn-\d{8}T\d{9}Z$/)]);
    expect(await recorder.find(log.session_id)).toEqual([]);
    expect(await recorder.holderOf(claim)).toBeUndefined();
    await recorder.append(log, [startedEvent(log)], { expected_seq: 0, claim });
    await recorder.close();
  });

  test("is in flight, and no fault, while a writer lives", async () => {
    const root = await rootWithLogs();
    const recorder = await openRecorder({ root });
    await appendFile(pathOf(root), "unfinished");
    const reader = await openReader({ root });
    expect(await reader.verify(log)).toMatchObject({ lines: 4, faults: [], in_flight: true });
    await recorder.close();
    expect(await reader.verify(log)).toMatchObject({
      faults: [{ code: "LOG_TORN", line: 5 }],
      in_flight: false,
    });
  });
});

describe("other damage", () => {
  test("refuses the log, names the place, changes no byte, and leaves the other sessions working", async () => {
    const root = await rootWithLogs();
    const ends = await lineEnds(pathOf(root));
    const damaged = await readFile(pathOf(root));
    damaged[ends[0]! + 100]! ^= 1;
    await writeFile(pathOf(root), damaged);
    await appendFile(pathOf(root), "torn");

    const recorder = await openRecorder({ root });
    expect(recorder.faults).toMatchObject([
      {
        code: "LOG_CORRUPT",
        file: `users/u1/sessions/${log.session_id}.jsonl`,
        line: 2,
        byte_offset: ends[0],
      },
    ]);
    const refused = recorder.append(log, [endedEvent(log)], { expected_seq: 4 });
    await expect(refused).rejects.toMatchObject({ code: "LOG_CORRUPT" });
    await expect(refused).rejects.toThrow(
      `users/u1/sessions/${log.session_id}.jsonl, line 2, byte ${ends[0]}`,
    );
    await expect(refused).rejects.not.toMatchObject({ detail: expect.stringContaining("users") });
    await recorder.append(other, [endedEvent(other)], { expected_seq: 1, release: "active:u2" });
    await recorder.close();
    expect(await readFile(pathOf(root))).toEqual(Buffer.concat([damaged, Buffer.from("torn")]));
  });

  test("of a log that was cut while no writer lived is told apart, and nothing is cut further", async () => {
    const root = await rootWithLogs();
    const ends = await lineEnds(pathOf(root));
    for (const length of [ends[3]! - 40, ends[1]!, 0]) {
      await truncate(pathOf(root), length);
      const reader = await openReader({ root });
      expect((await reader.verify(log)).faults).toMatchObject([
        { code: "LOG_TRUNCATED" },
        ...(length === ends[1] ? [] : [{ code: "LOG_TORN" }]),
      ]);
      await reader.close();
      const recorder = await openRecorder({ root });
      expect(recorder.faults).toMatchObject([{ code: "LOG_TRUNCATED" }]);
      await expect(recorder.append(log, [messageEvent(log)], { expected_seq: 4 })).rejects.toMatchObject({
        code: "LOG_TRUNCATED",
      });
      expect(await recorder.holderOf(claim)).toBeUndefined();
      await recorder.close();
      expect((await stat(pathOf(root))).size).toBe(length);
    }
    await rm(pathOf(root));
    const reader = await openReader({ root });
    expect(await Array.fromAsync(reader.missingLogs())).toMatchObject([{ code: "LOG_TRUNCATED", line: 1 }]);
    await reader.close();
    const recorder = await openRecorder({ root });
    expect(recorder.faults).toMatchObject([{ code: "LOG_TRUNCATED" }]);
    await recorder.close();
  });

  test("of a log that a hand cut or wrote while the writer lives is noticed at the next append", async () => {
    const root = await rootWithLogs();
    const recorder = await openRecorder({ root });
    await appendFile(pathOf(root), "x\n");
    await expect(recorder.append(log, [messageEvent(log)], { expected_seq: 4 })).rejects.toMatchObject({
      code: "LOG_CORRUPT",
    });
    await truncate(pathOf(root, other), 5);
    await expect(recorder.append(other, [endedEvent(other)], { expected_seq: 1 })).rejects.toMatchObject({
      code: "LOG_TRUNCATED",
    });
    await recorder.close();
  });
});

test("a log that is written to, or removed, while the writer has it open is noticed at the next append", async () => {
  const root = await tempRoot();
  const recorder = await openRecorder({ root });
  for (const name of [log, other]) await recorder.append(name, [startedEvent(name)], { expected_seq: 0 });
  await appendFile(pathOf(root), "x\n");
  await rm(pathOf(root, other));
  for (const [name, code] of [
    [log, "LOG_CORRUPT"],
    [other, "LOG_TRUNCATED"],
  ] as const) {
    await expect(recorder.append(name, [endedEvent(name)], { expected_seq: 1 })).rejects.toMatchObject({
      code,
    });
  }
  expect((await readFile(pathOf(root), "utf8")).endsWith("}\nx\n")).toBe(true);
  await recorder.close();
});

test("a log that is gone while its session is known is cut short, never not found, open or ended, examined or not", async () => {
  const root = await rootWithLogs();
  const recorder = await openRecorder({ root });
  await recorder.append(other, [endedEvent(other)], { expected_seq: 1, release: "active:u2" });
  await recorder.close();
  for (const name of [log, other]) await rm(pathOf(root, name));
  const reopened = await openRecorder({ root });
  for (const name of [log, other]) {
    await expect(Array.fromAsync(reopened.read(name))).rejects.toMatchObject({ code: "LOG_TRUNCATED" });
  }
  const unknown = { ...log, session_id: "sess_unknown" };
  await expect(Array.fromAsync(reopened.read(unknown))).rejects.toMatchObject({ code: "LOG_NOT_FOUND" });
  await reopened.close();
});

test("files that are no logs, and links, are left alone", async () => {
  const root = await rootWithLogs();
  await writeFile(join(root, "users/u1/sessions/notes.txt"), "mine");
  await symlink(pathOf(root), join(root, "users/u1/sessions/sess_link.jsonl"));
  await symlink(join(root, "users/u1"), join(root, "users/linked"));
  const recorder = await openRecorder({ root });
  const names = await Array.fromAsync(recorder.logs());
  expect(names).toEqual([log, other]);
  const through_link = { user_id: "linked", session_id: "sess_1" };
  await expect(
    recorder.append(through_link, [startedEvent(through_link)], { expected_seq: 0 }),
  ).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  await recorder.close();
});
