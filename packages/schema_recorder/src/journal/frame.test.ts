import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodePayload,
  decodeSegment,
  ENTRY_KINDS,
  encodeFrameHeader,
  encodePayload,
  type JournalEntry,
} from "./frame.ts";

const entry = (n: number): JournalEntry => ({
  kind: ENTRY_KINDS[n % ENTRY_KINDS.length]!,
  log: { user_id: `u${n}`, session_id: "sess_0123456789abcdef" },
  incarnation: "00ff00ff00ff00ff",
  byte_offset: n * 1000,
  data: Buffer.from(`{"seq":${n}}\n`.repeat(n + 1)),
});

function frame(batch: number, entries: readonly JournalEntry[]): Buffer {
  const payload = encodePayload(entries);
  return Buffer.concat([encodeFrameHeader(batch, payload), payload]);
}

const frames = [frame(7, [entry(1), entry(2)]), frame(8, [entry(3)]), frame(9, [entry(0), entry(4)])];
const segment = Buffer.concat(frames);
const batches = (bytes: Buffer) => decodeSegment(bytes, 7).frames.map(({ batch }) => batch);

test("a payload gives back its entries", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 40 }).map(entry)), (entries) => {
      expect(decodePayload(encodePayload(entries))).toEqual(entries);
    }),
  );
});

describe("a segment", () => {
  test("gives back its frames", () => {
    expect(decodeSegment(segment, 7)).toMatchObject({
      end: "whole",
      frames: [{ batch: 7 }, { batch: 8 }, { batch: 9 }],
    });
  });

  test("cut anywhere ends before the cut frame", () => {
    const ends = [0, frames[0]!.length, frames[0]!.length + frames[1]!.length, segment.length];
    for (let length = 0; length <= segment.length; length += 1) {
      const { frames: read, end } = decodeSegment(segment.subarray(0, length), 7);
      expect(read).toHaveLength(ends.filter((at) => at > 0 && at <= length).length);
      expect(end).toBe(ends.includes(length) ? "whole" : "torn");
      const zero_filled = Buffer.concat([segment.subarray(0, length), Buffer.alloc(segment.length - length)]);
      expect(batches(zero_filled)).toEqual(read.map(({ batch }) => batch));
    }
  });

  test("may end in zeros, for frames to come", () => {
    for (const length of [frames[0]!.length, segment.length]) {
      const zeros_behind = Buffer.concat([segment.subarray(0, length), Buffer.alloc(100)]);
      expect(decodeSegment(zeros_behind, 7).end).toBe("whole");
      zeros_behind[length + 50] = 1;
      expect(decodeSegment(zeros_behind, 7).end).toBe("torn");
    }
  });

  test("with any byte flipped gives out no frame that the flip touched", () => {
    const last_start = frames[0]!.length + frames[1]!.length;
    for (let at = 0; at < segment.length; at += 1) {
      const flipped = Buffer.from(segment);
      flipped[at]! ^= 1 << (at % 8);
      const { frames: read, end } = decodeSegment(flipped, 7);
      const touched = at < frames[0]!.length ? 0 : at < last_start ? 1 : 2;
      expect(read.map(({ batch }) => batch)).toEqual([7, 8, 9].slice(0, touched));
      // Only the last frame may be one that was never acknowledged.
      expect(end).toBe(touched < 2 ? "damaged" : "torn");
    }
  });

  test("with a frame missing, doubled or out of order is damaged", () => {
    const [a, b, c] = frames as [Buffer, Buffer, Buffer];
    expect(decodeSegment(Buffer.concat([a, c]), 7).end).toBe("damaged");
    expect(decodeSegment(Buffer.concat([a, a, b]), 7).end).toBe("damaged");
    expect(decodeSegment(Buffer.concat([b, a]), 7)).toMatchObject({ frames: [] });
  });
});
