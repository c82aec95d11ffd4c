import { describe, expect, test } from "vitest";
import { commitOrderOf } from "./commit_order.ts";
import { parseCalls } from "./strace_calls.ts";

const ROOT = "/r/logs";
const ID = "2c1f9a4e-6f43-4c39-9f39-3a6f0f6a8b11";
const JSON_TEXT = `{\\"record_id\\":\\"${ID}\\"}`;
const WAL = `${ROOT}/.ledger/journal/0000000000000001.wal`;
const LOG = `${ROOT}/users/u/sessions/s.jsonl`;

const write = (file: string): string => `write(9<${file}>, "${JSON_TEXT}", 57)`;
const NEW_WAL = `openat(AT_FDCWD</r>, "${WAL}", O_RDWR|O_CREAT|O_EXCL|O_NOFOLLOW, 0600) = 9<${WAL}>`;
const NEW_LOG = `openat(AT_FDCWD</r>, "${LOG}", O_RDWR|O_CREAT|O_EXCL|O_NOFOLLOW, 0600) = 9<${LOG}>`;
const FOLDER_SYNC = `fsync(8<${ROOT}/.ledger/journal>) = 0`;
const FRAME = `${write(WAL)} = 57`;
const FRAME_SYNC = `fdatasync(9<${WAL}>) = 0`;
const LINE = `${write(LOG)} = 57`;
const ANSWER = `${write("TCP:[127.0.0.1:1->127.0.0.1:2]")} = 57`;
const SYNC_ALL = "syncfs(3</r>) = 0";
const REMOVAL = `unlink("${WAL}") = 0`;

function problemsOf(...calls: string[]): string[] {
  const lines = calls.map((call) => (/^\d/.test(call) ? call : `10 ${call}`));
  return commitOrderOf(parseCalls(lines), ROOT).violations.map((violation) =>
    violation.replace(`${ID}: `, ""),
  );
}

describe("the order of a commit", () => {
  test("holds for frame, sync, log, answer, and a removal after all is synced", () => {
    const calls = [NEW_WAL, FOLDER_SYNC, FRAME, FRAME_SYNC, NEW_LOG, LINE, ANSWER, SYNC_ALL, REMOVAL];
    expect(problemsOf(...calls)).toEqual([]);
  });

  test.each<[string, string[], string]>([
    ["an answer without a frame", [ANSWER], "answered before the journal has it"],
    ["an answer before the sync", [FRAME, ANSWER, FRAME_SYNC], "answered before its frame is synced"],
    ["a log before the sync", [FRAME, LINE], "write to users/u/sessions/s.jsonl before its frame is synced"],
    ["a short frame", [`${write(WAL)} = 56`, FRAME_SYNC, ANSWER], "answered before the journal has it"],
    [
      "a sync that failed",
      [FRAME, `fdatasync(9<${WAL}>) = -1 EIO`, ANSWER],
      "answered before its frame is synced",
    ],
    [
      "a sync that strace made up",
      [FRAME, `fdatasync(9<${WAL}>) = 0 (INJECTED)`, ANSWER],
      "answered before its frame is synced",
    ],
    [
      "a segment whose folder is not synced",
      [NEW_WAL, FRAME, FRAME_SYNC, ANSWER],
      "answered before its segment's entry is synced",
    ],
    [
      "a removal before the log is written",
      [FRAME, FRAME_SYNC, REMOVAL],
      "its segment is removed before its log has it",
    ],
    [
      "a removal before the log is synced",
      [FRAME, FRAME_SYNC, LINE, REMOVAL],
      "its segment is removed before its log is synced",
    ],
    [
      "a removal before the log's entry is synced",
      [FRAME, FRAME_SYNC, NEW_LOG, LINE, `fdatasync(9<${LOG}>) = 0`, REMOVAL],
      "its segment is removed before its log's folders are synced",
    ],
  ])("is broken by %s", (_name, calls, problem) => {
    expect(problemsOf(...calls)).toEqual([problem]);
  });

  test("counts a sync that is under way as not done, and one that began before the write as none of it", () => {
    const begun = `11 fdatasync(9<${WAL}> <unfinished ...>`;
    const over = "11 <... fdatasync resumed>) = 0";
    const early = "answered before its frame is synced";
    expect(problemsOf(FRAME, begun, ANSWER, over)).toEqual([early]);
    expect(problemsOf(begun, FRAME, over, ANSWER)).toEqual([early]);
    expect(problemsOf(FRAME, begun, over, ANSWER)).toEqual([]);
  });
});
