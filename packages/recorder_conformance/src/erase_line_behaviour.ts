import { describe, expect, test } from "vitest";
import type { Bench } from "./bench.ts";
import { expectCode, readAll, seqsOf } from "./observe.ts";
import { ALICE, end, holding, note, recordId, start } from "./samples.ts";

const SECRET = "what nobody is to know";

export function describeEraseLine(bench: Bench): void {
  const eraseLine = (seq: number, expected_seq?: number) =>
    bench.recorder.eraseLine(ALICE, seq, {
      record_id: recordId(99),
      cause: { trigger: "operator", reason: "asked for" },
      ...(expected_seq === undefined ? {} : { expected_seq }),
    });
  const record = () =>
    bench.recorder.append(ALICE, [start(ALICE), holding({ record_id: recordId(2), text: SECRET }), note(3)], {
      expected_seq: 0,
    });

  describe("erase a line", () => {
    test("leaves its digest in its place, and says so in a further line", async () => {
      const before = await record();
      bench.now += 1_000;
      const line = await eraseLine(2);
      expect(line).toMatchObject({
        seq: 4,
        type: "line.erased",
        recorded_at: "2026-11-21T09:30:01.123Z",
        cause: { trigger: "operator", reason: "asked for" },
        event: { record_id: recordId(99), seq: 2 },
      });
      for (let opened = 0; opened < 2; opened += 1) {
        const lines = await readAll(bench.recorder, ALICE);
        expect(lines[1]).toEqual({
          ...before[1],
          event: { $erased: expect.stringMatching(/^[0-9a-f]{64}$/) },
        });
        expect([lines[0], lines[2], lines[3]]).toEqual([before[0], before[2], line]);
        await bench.restart();
      }
    });

    test("and the log goes on from there", async () => {
      await record();
      await eraseLine(2);
      await bench.recorder.append(ALICE, [note(5), end(ALICE)], { expected_seq: 4 });
      await bench.restart();
      expect(seqsOf(await readAll(bench.recorder, ALICE))).toEqual([1, 2, 3, 4, 5, 6]);
      const [entry] = await bench.recorder.find(ALICE.session_id);
      expect(entry!.state).toMatchObject({ status: "stopped", seq: 6 });
    });

    test("keeps the claim of an open session", async () => {
      await bench.recorder.append(ALICE, [start(ALICE), note(2)], { expected_seq: 0, claim: "active:alice" });
      await eraseLine(2);
      expect(await bench.recorder.holderOf("active:alice")).toEqual(ALICE);
      await bench.recorder.append(ALICE, [end(ALICE)], { expected_seq: 3, release: "active:alice" });
      expect(await bench.recorder.holderOf("active:alice")).toBeUndefined();
    });

    test("is refused for the first line, for one that is erased, and for one that says so", async () => {
      await record();
      await eraseLine(2);
      for (const seq of [0, 1, 2, 4, 5]) await expectCode(eraseLine(seq), "LINE_NOT_ERASABLE");
      expect(await readAll(bench.recorder, ALICE)).toHaveLength(4);
    });

    test("that was decided on another line is refused", async () => {
      await record();
      await expectCode(eraseLine(2, 2), "SEQ_CONFLICT");
      await eraseLine(2, 3);
    });

    test("of an archived log is refused, and so is that of none", async () => {
      await expectCode(eraseLine(2), "LOG_NOT_FOUND");
      await record();
      await bench.recorder.append(ALICE, [end(ALICE)], { expected_seq: 3 });
      await bench.recorder.archive(ALICE);
      await expectCode(eraseLine(2), "LOG_ARCHIVED");
    });
  });
}
