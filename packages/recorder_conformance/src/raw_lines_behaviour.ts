import type { RawLines, Recorder } from "@session-ledger/schema_recorder";
import { describe, expect, test } from "vitest";
import type { Bench } from "./bench.ts";
import { collect, expectCode, range, readAll } from "./observe.ts";
import { ALICE, holding, note, notes } from "./samples.ts";

export function describeRawLines(bench: Bench): void {
  describe("raw lines", () => {
    test("are the lines that `read` gives, each with its newline, escapes as they stand", async () => {
      await bench.recorder.append(ALICE, [holding({ text: "\u2028\ud800 é\u0000 \u{1f600}" })], {
        expected_seq: 0,
      });
      await bench.recorder.append(ALICE, notes(3), { expected_seq: 1 });
      const text = textOf(await collect(bench.recorder.readRaw(ALICE)));
      expect(text).toContain("\\u2028\\ud800 é\\u0000 \u{1f600}");
      expect(
        text
          .split("\n")
          .slice(0, -1)
          .map((line) => JSON.parse(line)),
      ).toEqual(await readAll(bench.recorder, ALICE));
      expect(text.endsWith("}\n")).toBe(true);
    });

    test.each([
      { after_seq: 0, until_seq: 9 },
      { after_seq: 2 },
      { after_seq: 3, until_seq: 4 },
      { after_seq: 6, until_seq: 7 },
      { after_seq: 9 },
      { until_seq: 1 },
    ])("of a part (%j) are that part's, by their seqs", async (options) => {
      await bench.recorder.append(ALICE, [note(1)], { expected_seq: 0 });
      await bench.recorder.append(ALICE, notes(5), { expected_seq: 1 });
      await bench.recorder.append(ALICE, notes(3), { expected_seq: 6 });
      const groups = await collect(bench.recorder.readRaw(ALICE, options));
      const { after_seq = 0, until_seq = 9 } = options;
      expect(groups.flatMap(({ first_seq, last_seq }) => range(first_seq, last_seq))).toEqual(
        range(after_seq + 1, until_seq),
      );
      const all = textOf(await collect(bench.recorder.readRaw(ALICE))).split(/(?<=\n)/);
      expect(textOf(groups)).toBe(all.slice(after_seq, until_seq).join(""));
    });

    test("of a log longer than one read are whole", async () => {
      const count = 40;
      const events = range(1, count).map((number) => holding({ number, text: "x".repeat(20_000 + number) }));
      await bench.recorder.append(ALICE, events, { expected_seq: 0 });
      await bench.recorder.append(ALICE, notes(2), { expected_seq: count });
      const lines = textOf(await collect(bench.recorder.readRaw(ALICE, { after_seq: 17 })))
        .split("\n")
        .slice(0, -1);
      expect(lines.map((line) => JSON.parse(line))).toEqual((await readAll(bench.recorder, ALICE)).slice(17));
    });

    test("go on as the log grows, none left out and none twice, until the signal", async () => {
      await bench.recorder.append(ALICE, notes(2), { expected_seq: 0 });
      const stop = new AbortController();
      const tailed = tailedUntil(bench.recorder, 9, stop);
      await bench.recorder.append(ALICE, [note(3)], { expected_seq: 2 });
      await bench.recorder.append(ALICE, notes(3), { expected_seq: 3 });
      await bench.recorder.append(ALICE, notes(3), { expected_seq: 6 });
      expect(textOf(await tailed)).toBe(
        textOf(await collect(bench.recorder.readRaw(ALICE, { after_seq: 1 }))),
      );
    });

    test("of a log that was never recorded there are none", async () => {
      const { signal } = new AbortController();
      await expectCode(collect(bench.recorder.readRaw(ALICE)), "LOG_NOT_FOUND");
      await expectCode(collect(bench.recorder.tailRaw(ALICE, { signal })), "LOG_NOT_FOUND");
    });

    test("end when the recorder is closed", async () => {
      await bench.recorder.append(ALICE, [note(1)], { expected_seq: 0 });
      const { signal } = new AbortController();
      const tail = bench.recorder.tailRaw(ALICE, { signal })[Symbol.asyncIterator]();
      await tail.next();
      const ending = tail.next();
      await bench.recorder.close();
      expect((await ending).done).toBe(true);
    });
  });
}

function textOf(groups: readonly RawLines[]): string {
  return Buffer.concat(groups.map(({ bytes }) => bytes)).toString();
}

/** What a tail of ALICE's log gives after its first line, up to the line `last`, at which it is ended. */
async function tailedUntil(recorder: Recorder, last: number, stop: AbortController): Promise<RawLines[]> {
  const groups: RawLines[] = [];
  for await (const group of recorder.tailRaw(ALICE, { after_seq: 1, signal: stop.signal })) {
    expect(group.first_seq).toBe((groups.at(-1)?.last_seq ?? 1) + 1);
    groups.push(group);
    if (group.last_seq >= last) stop.abort();
  }
  return groups;
}
