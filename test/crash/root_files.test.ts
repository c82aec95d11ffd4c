import { mkdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { tempRoot } from "../support/temp_root.ts";
import { Oracle } from "./oracle.ts";
import { RootFiles } from "./root_files.ts";

const LOG = "users/user-1/sessions/s1.jsonl";
const OTHER_LOG = "users/user-1/sessions/s2.jsonl";
const ID = "11111111-1111-4111-8111-111111111111";
const OTHER_ID = "22222222-2222-4222-8222-222222222222";
const LONG_AGO = new Date("2026-11-21T09:30:00.000Z");
/** So long after every write that none counts as fresh. */
const LATER_MS = 60_000;

let root: string;
let files: RootFiles;
beforeEach(async () => {
  root = await tempRoot();
  files = new RootFiles(root, () => Date.now() + LATER_MS);
});

/** Writes a file, so late that the system's clock dates the change otherwise than the one before. */
async function write(path: string, text: string): Promise<void> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  const changedAt = async () => (await stat(file, { bigint: true }).catch(() => undefined))?.ctimeNs;
  const before = await changedAt();
  do await writeFile(file, text);
  while ((await changedAt()) === before);
}

/** The log of an ended session, with a message for each key. */
function endedLog(session_id: string, ...keys: readonly string[]): string {
  const events = [
    ["session.started", { session_notes: `start of ${session_id}` }],
    ...keys.map((record_id) => ["message.appended", { record_id }] as const),
    ["session.ended", { performer_id: `end of ${session_id}` }],
  ] as const;
  const lines = events.map(([type, fields], index) => {
    const event = { user_id: "user-1", session_id, ...fields };
    return `${JSON.stringify({ seq: index + 1, recorded_at: LONG_AGO.toISOString(), type, event })}\n`;
  });
  return lines.join("");
}

test("the lines of a log are the same object until its file changes", async () => {
  await write(LOG, endedLog("s1"));
  await write(OTHER_LOG, endedLog("s2"));
  files.look();
  const before = files.logs();
  await write(LOG, endedLog("s1", "first"));
  files.look();
  expect(files.logs().get(OTHER_LOG)).toBe(before.get(OTHER_LOG));
  expect(files.logs().get(LOG)).toHaveLength(3);
});

test("a change that leaves a file's length and its time of writing is seen", async () => {
  await write(LOG, endedLog("s1", "first"));
  await utimes(join(root, LOG), LONG_AGO, LONG_AGO);
  files.look();
  await write(LOG, endedLog("s1", "other"));
  await utimes(join(root, LOG), LONG_AGO, LONG_AGO);
  files.look();
  expect(files.logs().get(LOG)![1]!.event["record_id"]).toBe("other");
});

test("a file that changed a moment ago is read again at the next look", async () => {
  await write(LOG, endedLog("s1"));
  const fresh = new RootFiles(root);
  fresh.look();
  const before = fresh.logs();
  fresh.look();
  expect(fresh.logs().get(LOG)).not.toBe(before.get(LOG));
});

test("a look afresh reads every file", async () => {
  await write(LOG, endedLog("s1"));
  files.look();
  const before = files.logs();
  files.look({ afresh: true });
  expect(files.logs().get(LOG)).not.toBe(before.get(LOG));
});

test("a UUID is found in a file's bytes and in names, for as long as one holds it", async () => {
  await write(LOG, `{"id":"${ID}"}\n`);
  await write(OTHER_LOG, `{"id":"${ID}"}\n`);
  await mkdir(join(root, OTHER_ID));
  files.look();
  expect(files.among([ID, OTHER_ID])).toEqual([ID, OTHER_ID]);
  await rm(join(root, LOG));
  await rm(join(root, OTHER_ID), { recursive: true });
  files.look();
  expect(files.among([ID, OTHER_ID])).toEqual([ID]);
  await write(OTHER_LOG, `{"id":"${OTHER_ID}"}\n`);
  files.look();
  expect(files.among([ID, OTHER_ID])).toEqual([OTHER_ID]);
});

test("a log without an end is told, though its last line is cut", async () => {
  await write(LOG, endedLog("s1"));
  await write(OTHER_LOG, '{"seq":1,"type":"session.started"}\n{"seq":2,"ty');
  files.look();
  expect(files.logsWithoutEnd()).toEqual([OTHER_LOG]);
  expect(() => files.logs()).toThrow("newline");
});

describe("in a log that many rounds left alone, the next look shows the oracle", () => {
  let oracle: Oracle;
  beforeEach(async () => {
    await write(LOG, endedLog("s1", "first", "second"));
    await write(OTHER_LOG, endedLog("s2", "third"));
    oracle = new Oracle();
    files.look();
    for (const { type, event } of [...files.logs().values()].flat()) {
      const key =
        type === "message.appended" ? event["record_id"] : (event["session_notes"] ?? event["performer_id"]);
      oracle.submit(String(key), "user-1");
      oracle.acknowledge(String(key), event);
    }
    oracle.settleBy(files.logs());
    files.look();
    expect(oracle.contradictions(files.logs())).toEqual([]);
  });

  test("a lost event", async () => {
    await write(LOG, endedLog("s1", "first"));
    files.look();
    expect(oracle.contradictions(files.logs())).toEqual(["user-1: acknowledged second is lost"]);
  });

  test("a lost log", async () => {
    await rm(join(root, OTHER_LOG));
    files.look();
    expect(oracle.contradictions(files.logs())).toContain("user-1: acknowledged third is lost");
  });

  test("a doubled event", async () => {
    await write(LOG, endedLog("s1", "first", "second", "second"));
    files.look();
    expect(oracle.contradictions(files.logs())).toContain(`${LOG} line 4: second stands twice`);
  });

  test("an event of an untouched log that stands in another too", async () => {
    await write("users/user-1/sessions/s0.jsonl", endedLog("s0", "third"));
    files.look();
    expect(oracle.contradictions(files.logs())).toContain(`${OTHER_LOG} line 2: third stands twice`);
  });

  test("another event in the place of one", async () => {
    await write(LOG, endedLog("s1", "first", "secret"));
    files.look();
    expect(oracle.contradictions(files.logs())).toContain(`${LOG} line 3: secret was never submitted`);
  });
});
