import type { JsonObject, JsonValue } from "@session-ledger/session_contract";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Bench } from "./bench.ts";
import { LINE_LENGTH_MAX } from "./fixed_limits.ts";
import { hashesOf, textOf } from "./line_text.ts";
import { expectCode, expectNoLog, readAll } from "./observe.ts";
import { ALICE, BOB, holding, logOf } from "./samples.ts";

/** Texts that have broken logs: of the line's own syntax, of other line ends, and of ill-formed Unicode. */
const HARD_TEXTS = [
  "\u0000",
  "a\nb\r\nc",
  "\u2028\u2029\u0085",
  "\ufeff",
  "\ud800",
  "\udc00\ud800",
  "\u{1f600}\u{10ffff}\uffff",
  "e\u0301 is not \u00e9",
  ',"event":{},"hash":"',
  '\\u0000\\"',
  "$erased",
  "constructor",
  "toJSON",
  "",
];

const text = fc.oneof(
  fc.constantFrom(...HARD_TEXTS),
  fc.string({ unit: "binary" }),
  fc.array(fc.nat(0xffff), { maxLength: 12 }).map((units) => String.fromCharCode(...units)),
);

/** Every number that is held exactly; negative zero, which is recorded as zero, has a test of its own. */
const number = fc.oneof(
  fc.maxSafeInteger(),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .filter((double) => !Number.isInteger(double) || Number.isSafeInteger(double))
    .map((double) => (double === 0 ? 0 : double)),
);

const key = text.filter((name) => name !== "__proto__");

const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    number,
    text,
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(key, tie("value"), { maxKeys: 5 }),
  ),
}));

const event = fc.dictionary(
  key.filter((name) => name !== "$erased"),
  value,
);

export function describeContent(bench: Bench): void {
  describe("an event's content", () => {
    test("is read as it was sent, whatever JSON it is", async () => {
      let number = 0;
      const property = fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 3 }), async (events) => {
        number += 1;
        const log = logOf("alice", number);
        const returned = await bench.recorder.append(log, events.map(holding), { expected_seq: 0 });
        const lines = await readAll(bench.recorder, log);
        expect(lines).toEqual(returned);
        expect(lines.map((line) => JSON.stringify(line.event))).toEqual(
          events.map((sent) => JSON.stringify(sent)),
        );
        expect(lines.map(({ hash }) => hash)).toEqual(hashesOf(log, lines));
      });
      await fc.assert(property);
    });

    test.each(HARD_TEXTS.map((hard) => [JSON.stringify(hard), hard] as const))(
      "may hold %s in a string and in a key",
      async (_name, hard) => {
        const sent: JsonObject = { held: [hard, { [hard]: hard }] };
        await bench.recorder.append(ALICE, [holding(sent)], { expected_seq: 0 });
        await bench.restart();
        const [line] = await readAll(bench.recorder, ALICE);
        expect(line!.event).toEqual(sent);
      },
    );

    test("may have a key of many characters", async () => {
      const sent = { ["k\u{1f600}".repeat(20_000)]: true };
      await bench.recorder.append(ALICE, [holding(sent)], { expected_seq: 0 });
      expect((await readAll(bench.recorder, ALICE))[0]!.event).toEqual(sent);
    });

    test("may be empty", async () => {
      await bench.recorder.append(ALICE, [holding({})], { expected_seq: 0 });
      expect((await readAll(bench.recorder, ALICE))[0]!.event).toEqual({});
    });

    test("may hold a negative zero, which is recorded as the zero that it equals", async () => {
      await bench.recorder.append(ALICE, [holding({ zero: -0 })], { expected_seq: 0 });
      expect((await readAll(bench.recorder, ALICE))[0]!.event).toEqual({ zero: 0 });
    });

    test("may fill a line to the limit, and not by a byte more", async () => {
      const filled = (bytes: number) => [holding({ filler: "x".repeat(bytes) })];
      const [empty] = await bench.recorder.append(logOf("alice", 1), filled(0), { expected_seq: 0 });
      const room = LINE_LENGTH_MAX - Buffer.byteLength(textOf(empty!));

      const [full] = await bench.recorder.append(ALICE, filled(room), { expected_seq: 0 });
      expect(Buffer.byteLength(textOf(full!))).toBe(LINE_LENGTH_MAX);
      expect(await readAll(bench.recorder, ALICE)).toEqual([full]);
      await expectCode(bench.recorder.append(BOB, filled(room + 1), { expected_seq: 0 }), "LINE_TOO_LONG");
      await expectNoLog(bench.recorder, BOB);
    });
  });
}
