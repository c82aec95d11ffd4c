import { createHash } from "node:crypto";
import type { EventToAppend, Line } from "@session-ledger/session_contract";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodeBatch } from "./line_batch.ts";
import { encodeLine } from "./line_encoder.ts";
import { type LogEnd, LogScanner } from "./log_scanner.ts";
import type { Fault, LogName } from "./recorder.ts";

const log = { user_id: "u1", session_id: "sess_0123456789abcdef" };
const event = (n: number): EventToAppend => ({ type: "message.created", event: { n, text: ',"hash":"é' } });

/** The bytes of a log with one append for each group of events. */
function logOf(...groups: EventToAppend[][]): Buffer {
  let position: { seq: number; hash: string; recorded_at: string } | undefined;
  const chunks = groups.map((events) => {
    const batch = encodeBatch(log, events, position, Date.UTC(2026, 10, 21));
    const last = batch.lines.at(-1)!;
    position = { seq: last.seq, hash: last.hash, recorded_at: last.recorded_at };
    return batch.bytes;
  });
  return Buffer.concat(chunks);
}

function scan(bytes: Buffer, chunk_bytes = bytes.length, name: LogName = log) {
  const scanner = new LogScanner(name);
  const lines: Line[] = [];
  const faults: Fault[] = [];
  for (let at = 0; at < bytes.length; at += chunk_bytes) {
    scanner.push(
      bytes.subarray(at, at + chunk_bytes),
      (line) => lines.push(line),
      (fault) => faults.push(fault),
    );
  }
  const end: LogEnd = scanner.finish();
  return { lines, faults: [...faults, ...end.faults], end };
}

const whole = logOf([event(1)], [event(2), event(3), event(4)], [event(5)]);
const line_ends = [...whole.entries()].filter(([, byte]) => byte === 0x0a).map(([at]) => at + 1);

describe("a whole log", () => {
  test("gives its lines whatever the chunks", () => {
    for (const chunk_bytes of [1, 7, 100, whole.length]) {
      const { lines, faults, end } = scan(whole, chunk_bytes);
      expect(lines.map((line) => line.event["n"])).toEqual([1, 2, 3, 4, 5]);
      expect(faults).toEqual([]);
      expect(end).toMatchObject({ complete_bytes: whole.length, unfinished_bytes: 0 });
    }
  });

  test("does not verify under another user or session", () => {
    for (const moved of [
      { ...log, user_id: "u2" },
      { ...log, session_id: "sess_0123456789abcdee" },
    ]) {
      expect(scan(whole, whole.length, moved).faults[0]).toMatchObject({ code: "LOG_CORRUPT", line: 1 });
    }
  });
});

describe("damage", () => {
  test("a flip of any bit of any byte is found", () => {
    for (let at = 0; at < whole.length; at += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const flipped = Buffer.from(whole);
        flipped[at]! ^= 1 << bit;
        const { faults, end } = scan(flipped);
        const is_last_newline = at === whole.length - 1;
        const found = is_last_newline ? end.unfinished_bytes > 0 : faults.length > 0;
        if (!found) expect.fail(`bit ${bit} of byte ${at} was flipped unnoticed`);
      }
    }
  });

  test("is named by line and byte offset, and the lines after it are still checked", () => {
    const flipped = Buffer.from(whole);
    const third = line_ends[1]!;
    flipped[third + 80]! ^= 1;
    flipped[line_ends[3]! + 100]! ^= 1;
    expect(scan(flipped).faults.map(({ line, byte_offset }) => ({ line, byte_offset }))).toEqual([
      { line: 3, byte_offset: third },
      { line: 5, byte_offset: line_ends[3]! },
    ]);
  });

  test.each([
    ["a line taken out", Buffer.concat([whole.subarray(0, line_ends[0]), whole.subarray(line_ends[3])])],
    ["a line doubled", Buffer.concat([whole.subarray(0, line_ends[0]), whole])],
    [
      "a block of NUL inside",
      Buffer.concat([whole.subarray(0, line_ends[0]), Buffer.alloc(512), whole.subarray(line_ends[0])]),
    ],
    ["a foreign line", Buffer.concat([whole, Buffer.from('{"recorded_at":"x","event":{}}\n')])],
    ["an empty line", Buffer.concat([whole, Buffer.from("\n")])],
    ["a line that is no UTF-8", Buffer.concat([whole, Buffer.from([0xff, 0xfe, 0x0a])])],
  ])("%s is found", (_name, bytes) => {
    expect(scan(bytes).faults).not.toEqual([]);
  });

  test("a batch broken off by another line is found even where the chain holds", () => {
    const first = encodeBatch(log, [event(1), event(2)], undefined, 0).lines[0]!;
    const { hash, ...recorded } = first;
    const a = encodeLine(recorded, "u1/sess_0123456789abcdef");
    const b = encodeLine({ ...event(2), seq: 2, recorded_at: first.recorded_at }, hash);
    expect(scan(Buffer.concat([a.bytes, b.bytes])).faults[0]).toMatchObject({ line: 2 });
  });

  test("a newer format is told apart from damage", () => {
    const line = { ...event(1), seq: 1, recorded_at: "2026-11-21T09:30:00.123Z", format: 2 };
    const { bytes } = encodeLine(line, "u1/sess_0123456789abcdef");
    expect(scan(bytes).faults[0]).toMatchObject({ code: "LOG_FORMAT_UNSUPPORTED" });
  });

  test("time that goes back is found", () => {
    const first = encodeLine(
      { ...event(1), seq: 1, recorded_at: "2026-11-21T09:30:00.123Z" },
      "u1/sess_0123456789abcdef",
    );
    const second = encodeLine(
      { ...event(2), seq: 2, recorded_at: "2026-11-21T09:30:00.122Z" },
      first.line.hash,
    );
    expect(scan(Buffer.concat([first.bytes, second.bytes])).faults[0]).toMatchObject({ line: 2 });
  });
});

describe("an unfinished end", () => {
  test("of any length is no fault, and nothing of an unfinished line or batch is given out", () => {
    for (let length = 0; length < whole.length; length += 1) {
      const { lines, faults, end } = scan(whole.subarray(0, length));
      const complete = [0, line_ends[0]!, line_ends[3]!].filter((at) => at <= length).at(-1)!;
      expect(faults).toEqual([]);
      expect(end.complete_bytes).toBe(complete);
      expect(end.unfinished_bytes).toBe(length - complete);
      expect(lines.length).toBe(
        [0, line_ends[0]!, line_ends[3]!].indexOf(complete) === 2 ? 4 : complete > 0 ? 1 : 0,
      );
    }
  });

  test("lacks only its newline exactly where the line, or its whole batch, is there", () => {
    const lacking = [];
    for (let length = 1; length < whole.length; length += 1) {
      if (scan(whole.subarray(0, length)).end.lacks_only_newline) lacking.push(length);
    }
    expect(lacking).toEqual([line_ends[0]! - 1, line_ends[3]! - 1, line_ends[4]! - 1]);
  });

  test("filled with zeros is unfinished, not damage", () => {
    for (const cut of [line_ends[3]!, line_ends[3]! + 20]) {
      const zeroed = Buffer.concat([whole.subarray(0, cut), Buffer.alloc(whole.length - cut)]);
      const { faults, end } = scan(zeroed);
      expect(faults).toEqual([]);
      expect(end).toMatchObject({ complete_bytes: line_ends[3], lacks_only_newline: false });
    }
  });

  test("is read again after a rewind, when the writer has finished it", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: whole.length }), { maxLength: 10 }), (cuts) => {
        const scanner = new LogScanner(log);
        const lines: Line[] = [];
        for (const cut of [...cuts.sort((a, b) => a - b), whole.length]) {
          scanner.rewind();
          const unread = whole.subarray(scanner.complete_bytes, Math.max(cut, scanner.complete_bytes));
          scanner.push(
            unread,
            (line) => lines.push(line),
            (fault) => expect.fail(fault.reason),
          );
        }
        expect(lines.map((line) => line.seq)).toEqual([1, 2, 3, 4, 5]);
      }),
    );
  });
});

describe("erased content", () => {
  const erase = (bytes: Buffer): Buffer => {
    const text = bytes.toString();
    const content = /"event":(\{"n":2.*?\}),"hash"/.exec(text)![1]!;
    const digest = createHash("sha256").update(content).digest("hex");
    return Buffer.from(text.replace(content, `{"$erased":"${digest}"}`));
  };
  const erasure: EventToAppend = {
    type: "line.erased",
    event: { record_id: "0f4e67d1-b53a-4e20-ab0b-5c831766730b", seq: 2 },
  };

  test("verifies together with the event that names it", () => {
    expect(scan(erase(logOf([event(1)], [event(2)], [erasure]))).faults).toEqual([]);
  });

  test("is a fault without that event, or with one that names another line", () => {
    const elsewhere = { ...erasure, event: { ...erasure.event, seq: 1 } };
    for (const bytes of [logOf([event(1)], [event(2)]), logOf([event(1)], [event(2)], [elsewhere])]) {
      expect(scan(erase(bytes)).faults).toMatchObject([{ code: "LOG_CORRUPT", line: 2 }]);
    }
  });
});
