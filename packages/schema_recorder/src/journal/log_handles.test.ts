import { expect, test } from "vitest";
import { type CommitDisk, type FileId, nodeCommitDisk } from "./commit_disk.ts";
import { LogHandles } from "./log_handles.ts";

const HANDLES_MAX = 3;

/** A disk that only opens and closes, and says what was opened. */
function countingDisk() {
  const opened: string[] = [];
  const open = new Map<FileId, string>();
  const disk: CommitDisk = {
    ...nodeCommitDisk,
    open: (path) => {
      opened.push(path);
      open.set(opened.length, path);
      return opened.length;
    },
    close: (file) => {
      if (!open.delete(file)) throw new Error("it is not open");
    },
  };
  return { disk, opened, open };
}

test("logs in use stay open, the others are closed in turn, and never are more open than may be", () => {
  const { disk, opened, open } = countingDisk();
  const handles = new LogHandles(disk, HANDLES_MAX);
  for (let at = 0; at < 50; at += 1) {
    handles.create(`log ${at}`);
    handles.open("busy");
    expect(open.size).toBeLessThanOrEqual(HANDLES_MAX);
  }
  expect(opened.filter((path) => path === "busy")).toHaveLength(1);
  handles.forget("busy");
  expect([...open.values()]).not.toContain("busy");
  handles.closeAll();
  expect(open.size).toBe(0);
});

test("where each log is in use, one is closed all the same", () => {
  const { disk, open } = countingDisk();
  const handles = new LogHandles(disk, HANDLES_MAX);
  for (let at = 0; at < 10; at += 1) {
    handles.create(`log ${at}`);
    for (let each = 0; each < HANDLES_MAX && each <= at; each += 1) handles.open(`log ${at - each}`);
    expect(open.size).toBe(Math.min(at + 1, HANDLES_MAX));
  }
});
