import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type CommitDisk, nodeCommitDisk } from "./commit_disk.ts";
import { decodeSegment, encodePayload } from "./frame.ts";
import { SegmentWriter } from "./segment_writer.ts";
import { readSegments } from "./segments.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "segment-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("most frames leave the file's length as it was, and all of them are read again", () => {
  let growths = 0;
  let length = 0;
  const disk: CommitDisk = {
    ...nodeCommitDisk,
    write: (file, chunks, position) => {
      const written = nodeCommitDisk.write(file, chunks, position);
      if (position + written > length) growths += 1;
      length = Math.max(length, position + written);
      return written;
    },
  };
  const segment = new SegmentWriter(disk, folder, 1);
  const payloads = Array.from({ length: 1_000 }, (_, at) => payloadOf(at % 700));
  for (const [at, payload] of payloads.entries()) segment.write(at + 1, payload);
  segment.close();

  const bytes = readFileSync(segment.path);
  const { frames, end } = decodeSegment(bytes, 1);
  expect(end).toBe("whole");
  expect(frames.map(({ entries }) => encodePayload(entries))).toEqual(payloads);
  expect(segment.bytes).toBeLessThan(bytes.length);
  expect(bytes.length).toBeLessThanOrEqual(2 * segment.bytes);
  expect(growths).toBeLessThan(20);
});

test("a segment that another follows may end in zeros, but no frame of it may be missing", () => {
  const first = new SegmentWriter(nodeCommitDisk, folder, 1);
  for (const batch of [1, 2, 3]) first.write(batch, payloadOf(100));
  first.close();
  const second = new SegmentWriter(nodeCommitDisk, folder, 4);
  second.write(4, payloadOf(100));
  second.close();
  const batchesOf = () =>
    readSegments(nodeCommitDisk, folder).map(({ frames }) => frames.map(({ batch }) => batch));

  expect(readFileSync(first.path).length).toBeGreaterThan(first.bytes);
  expect(batchesOf()).toEqual([[1, 2, 3], [4]]);

  const bytes = readFileSync(first.path);
  writeFileSync(first.path, bytes.fill(0, (2 / 3) * first.bytes));
  expect(batchesOf).toThrow(expect.objectContaining({ code: "JOURNAL_CORRUPT" }));
});

function payloadOf(length: number): Buffer {
  const log = { user_id: "ada", session_id: "sess_0123456789abcdef" };
  const data = Buffer.alloc(length, "a");
  return encodePayload([{ kind: "append", log, incarnation: "00ff00ff00ff00ff", byte_offset: 0, data }]);
}
