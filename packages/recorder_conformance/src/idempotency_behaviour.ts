import type { LogName } from "@session-ledger/schema_recorder";
import type { EventToAppend } from "@session-ledger/session_contract";
import { lineScope } from "@session-ledger/session_domain";
import { describe, expect, test } from "vitest";
import type { Bench } from "./bench.ts";
import { collect, expectCode } from "./observe.ts";
import { ALICE, BOB, end, note, start } from "./samples.ts";

const BODY = "0123456789abcdef".repeat(4);

export function describeIdempotency(bench: Bench): void {
  describe("an idempotency key", () => {
    const find = (key: string, event: EventToAppend) =>
      bench.recorder.findByIdempotencyKey(scopeOf(key, event));

    test("finds the line that its request caused, also over a restart", async () => {
      await bench.recorder.append(ALICE, [keyed("k1", start(ALICE))], { expected_seq: 0 });
      await bench.recorder.append(ALICE, [keyed("k2", note(1)), note(2)], { expected_seq: 1 });
      await bench.recorder.append(BOB, [keyed("k3", start(BOB))], { expected_seq: 0 });
      await bench.recorder.append(ALICE, [keyed("k1", end(ALICE))], { expected_seq: 3 });
      const expectAll = async () => {
        expect(await find("k1", start(ALICE))).toEqual({ log: ALICE, seq: 1 });
        expect(await find("k2", note(1))).toEqual({ log: ALICE, seq: 2 });
        expect(await find("k3", start(BOB))).toEqual({ log: BOB, seq: 1 });
        expect(await find("k1", end(ALICE))).toEqual({ log: ALICE, seq: 4 });
      };
      await expectAll();
      await bench.restart();
      await expectAll();
    });

    test("finds nothing under another key, another type, or before its line", async () => {
      expect(await find("k1", start(ALICE))).toBeUndefined();
      await bench.recorder.append(ALICE, [keyed("k1", start(ALICE))], { expected_seq: 0 });
      await bench.recorder.append(ALICE, [note(1)], { expected_seq: 1 });
      for (const key of ["K1", "k1 ", "k", ""]) expect(await find(key, start(ALICE))).toBeUndefined();
      expect(await find("k1", note(1))).toBeUndefined();
    });

    test("finds nothing after an append that failed", async () => {
      await bench.recorder.append(ALICE, [start(ALICE)], { expected_seq: 0 });
      await expectCode(
        bench.recorder.append(ALICE, [keyed("k1", end(ALICE))], { expected_seq: 0 }),
        "SEQ_CONFLICT",
      );
      expect(await find("k1", end(ALICE))).toBeUndefined();
      await bench.restart();
      expect(await find("k1", end(ALICE))).toBeUndefined();
    });

    test("is forgotten with its log, also by a log made anew under the same name and over a restart", async () => {
      await bench.recorder.append(ALICE, [keyed("k1", start(ALICE))], { expected_seq: 0 });
      await bench.recorder.append(BOB, [keyed("k2", start(BOB))], { expected_seq: 0 });
      await bench.restart();
      await bench.recorder.append(ALICE, [keyed("k3", note(1))], { expected_seq: 1 });
      await bench.recorder.erase(ALICE);
      const expectForgotten = async () => {
        expect(await find("k1", start(ALICE))).toBeUndefined();
        expect(await find("k3", note(1))).toBeUndefined();
        expect(await find("k2", start(BOB))).toEqual({ log: BOB, seq: 1 });
      };
      await expectForgotten();
      await bench.recorder.append(ALICE, [note(2), note(3)], { expected_seq: 0 });
      await expectForgotten();
      await bench.restart();
      await expectForgotten();
      await bench.recorder.append(ALICE, [keyed("k1", start(ALICE))], { expected_seq: 2 });
      await bench.restart();
      expect(await find("k1", start(ALICE))).toEqual({ log: ALICE, seq: 3 });
    });

    test("outlives archiving, restoring, and the erasure of a line, also over a restart", async () => {
      await bench.recorder.append(ALICE, [keyed("k1", start(ALICE))], { expected_seq: 0 });
      await bench.recorder.append(ALICE, [keyed("k2", note(2))], { expected_seq: 1 });
      await bench.recorder.append(ALICE, [keyed("k3", end(ALICE))], { expected_seq: 2 });
      const expectAll = async () => {
        expect(await find("k1", start(ALICE))).toEqual({ log: ALICE, seq: 1 });
        expect(await find("k2", note(2))).toEqual({ log: ALICE, seq: 2 });
        expect(await find("k3", end(ALICE))).toEqual({ log: ALICE, seq: 3 });
      };
      const works = [
        () => bench.recorder.eraseLine(ALICE, 2, { record_id: "r-1" }),
        () => bench.recorder.archive(ALICE),
        () => bench.recorder.restore(ALICE),
      ];
      for (const work of works) {
        await work();
        await expectAll();
        await bench.restart();
        await expectAll();
      }
    });

    test("belongs to its log where the session stands in the path", async () => {
      for (const log of [ALICE, BOB]) {
        const made = { ...keyed("made", start(log)), kind: "conversation" as const };
        await bench.recorder.append(log, [made], { expected_seq: 0 });
        await bench.recorder.append(log, [keyed("k1", note(1))], { expected_seq: 1 });
      }
      await bench.restart();
      for (const log of [ALICE, BOB]) {
        const [line] = await collect(bench.recorder.read(log, { after_seq: 1 }));
        const scope = lineScope(line!, log, "conversation")!;
        expect(await bench.recorder.findByIdempotencyKey(scope)).toEqual({ log, seq: 2 });
      }
    });
  });
}

function keyed(key: string, event: EventToAppend): EventToAppend {
  return { ...event, idempotency: { key, body_sha256: BODY } };
}

/** The scope of a request that causes such an event in an interaction, where no log is part of it. */
function scopeOf(key: string, event: EventToAppend): string {
  const anywhere: LogName = { user_id: "", session_id: "" };
  return lineScope({ ...keyed(key, event), seq: 1 }, anywhere, "interaction")!;
}
