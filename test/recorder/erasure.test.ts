// What stands below a log root once an erasure was acknowledged: every byte of every file is searched.
import { randomUUID } from "node:crypto";
import { appendFile, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type JsonlRecorder, type LogName, openRecorder } from "@session-ledger/schema_recorder";
import { describe, expect, test } from "vitest";
import { endedEvent, messageEvent, startedEvent } from "../support/session_events.ts";
import { tempRoot } from "../support/temp_root.ts";
import { tracesOf } from "./traces.ts";

const OPERATOR = { trigger: "operator", reason: "asked for" } as const;

/** A log whose names and content stand nowhere else. */
function uniqueLog(user_id = `u-${randomUUID()}`) {
  const log: LogName = { user_id, session_id: `sess_${randomUUID()}` };
  const secret = `secret-${randomUUID()}`;
  return { log, secret, texts: [log.session_id, secret] };
}

async function record(recorder: JsonlRecorder, { log, secret }: ReturnType<typeof uniqueLog>): Promise<void> {
  await recorder.append(log, [startedEvent(log)], { expected_seq: 0 });
  await recorder.append(log, [messageEvent(log, { text: secret }), endedEvent(log)], { expected_seq: 1 });
}

describe("nothing below the root holds an erased log's names or content", () => {
  test("at the moment of the acknowledgement", async () => {
    const root = await tempRoot();
    const recorder = await openRecorder({ root });
    const erased = uniqueLog();
    const kept = uniqueLog();
    await record(recorder, kept);
    await record(recorder, erased);
    const texts = [...erased.texts, erased.log.user_id];
    expect(await tracesOf(root, texts)).not.toEqual([]);
    await recorder.erase(erased.log, { note: OPERATOR });
    expect(await tracesOf(root, texts)).toEqual([]);
    expect(await tracesOf(root, [kept.secret])).not.toEqual([]);
    await recorder.close();
    expect(await tracesOf(root, texts)).toEqual([]);
  });

  test("whose rows the catalog has had for long, among thousands of others", async () => {
    const root = await tempRoot();
    const recorder = await openRecorder({ root, checkpoint_bytes: 200_000 });
    const logs = Array.from({ length: 1_500 }, () => uniqueLog("_anonymous"));
    const event = (log: LogName, text: string) => ({
      type: "note.made",
      event: { record_id: randomUUID(), ...log, text },
    });
    await Promise.all(
      logs.map(({ log, secret }) => recorder.append(log, [event(log, secret)], { expected_seq: 0 })),
    );
    const gone = logs.filter((_, at) => at % 3 !== 0);
    const kept = logs.filter((_, at) => at % 3 === 0);
    await Promise.all(gone.map(({ log }) => recorder.erase(log)));
    const held = Buffer.concat(await contents(root)).toString("latin1");
    expect(gone.filter(({ texts }) => texts.some((text) => held.includes(text)))).toEqual([]);
    expect(kept.filter(({ secret }) => !held.includes(secret))).toEqual([]);
    await recorder.close();
  });

  test("with the copy of a torn end, and the user's folders", async () => {
    const root = await tempRoot();
    const torn = uniqueLog();
    const first = await openRecorder({ root });
    await record(first, torn);
    await first.close();
    const folder = join(root, "users", torn.log.user_id, "sessions");
    await appendFile(join(folder, `${torn.log.session_id}.jsonl`), `{"seq":4,"cut":"${torn.secret}`);
    const second = await openRecorder({ root });
    await second.append(torn.log, [messageEvent(torn.log)], { expected_seq: 3 });
    expect((await readdir(folder)).some((name) => name.includes(".torn-"))).toBe(true);
    await second.close();

    const third = await openRecorder({ root });
    await third.erase(torn.log);
    expect(await tracesOf(root, [...torn.texts, torn.log.user_id])).toEqual([]);
    await third.close();
  });

  test("and a user's other sessions stay, with the folder", async () => {
    const root = await tempRoot();
    const recorder = await openRecorder({ root });
    const kept = uniqueLog();
    const erased = uniqueLog(kept.log.user_id);
    await record(recorder, kept);
    await record(recorder, erased);
    await recorder.erase(erased.log);
    expect(await tracesOf(root, erased.texts)).toEqual([]);
    expect(await Array.fromAsync(recorder.read(kept.log))).toHaveLength(3);
    await recorder.close();
  });
});

test("a damaged log can be erased, and its fault goes with it", async () => {
  const root = await tempRoot();
  const first = await openRecorder({ root });
  const { log } = uniqueLog();
  await first.append(log, [startedEvent(log)], { expected_seq: 0, claim: `active:${log.user_id}` });
  await first.close();
  await appendFile(join(root, "users", log.user_id, "sessions", `${log.session_id}.jsonl`), "{}\n");
  const second = await openRecorder({ root });
  expect(second.faults).toHaveLength(1);
  await second.erase(log);
  expect(second.faults).toEqual([]);
  expect(await second.find(log.session_id)).toEqual([]);
  await second.close();
});

test("what remains of an erasure is one line without ids", async () => {
  const root = await tempRoot();
  const recorder = await openRecorder({ root });
  const { log } = uniqueLog();
  await recorder.append(log, [startedEvent(log), endedEvent(log)], { expected_seq: 0 });
  await recorder.erase(log, { note: OPERATOR });
  const [line, rest] = (await readFile(join(root, ".ledger", "erasures.jsonl"), "utf8")).split("\n");
  expect(rest).toBe("");
  expect(JSON.parse(line!)).toEqual({
    log: expect.stringMatching(/^[0-9a-f]{64}$/),
    session: expect.stringMatching(/^[0-9a-f]{64}$/),
    erased_at: expect.any(String),
    kind: "interaction",
    lines: 2,
    ...OPERATOR,
  });
  await recorder.close();
});

async function contents(root: string): Promise<Buffer[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name))));
}
