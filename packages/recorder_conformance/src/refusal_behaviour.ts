import type { LogName } from "@session-ledger/schema_recorder";
import {
  BATCH_BYTES_MAX,
  BATCH_LINES_MAX,
  type ErrorCode,
  type EventToAppend,
  type JsonObject,
} from "@session-ledger/session_contract";
import { describe, expect, test } from "vitest";
import type { Bench } from "./bench.ts";
import { DEPTH_MAX, LINE_LENGTH_MAX } from "./fixed_limits.ts";
import { collect, expectCode, expectNoLog, readAll } from "./observe.ts";
import { ALICE, holding, note, notes } from "./samples.ts";

/** Contents that no type allows to be written down, as a careless caller would hand them over. */
const REFUSED_CONTENTS: readonly (readonly [string, ErrorCode, unknown])[] = [
  [`nests ${DEPTH_MAX + 1} levels deep`, "JSON_TOO_DEEP", nested(DEPTH_MAX + 1)],
  ["holds itself", "JSON_TOO_DEEP", cyclic()],
  ["has a __proto__ key", "JSON_KEY_FORBIDDEN", JSON.parse('{"a":[{"__proto__":{"b":1}}]}')],
  ["holds 2^53", "JSON_NUMBER_INEXACT", { number: 2 ** 53 }],
  ["holds -2^53", "JSON_NUMBER_INEXACT", { number: -(2 ** 53) }],
  ["holds NaN", "JSON_NUMBER_INEXACT", { list: [Number.NaN] }],
  ["holds an infinity", "JSON_NUMBER_INEXACT", { list: [Number.NEGATIVE_INFINITY] }],
  ["holds undefined", "JSON_VALUE_UNSUPPORTED", { absent: undefined }],
  ["holds a list with a gap", "JSON_VALUE_UNSUPPORTED", { list: new Array(1) }],
  ["holds a big integer", "JSON_VALUE_UNSUPPORTED", { number: 1n }],
  ["holds a function", "JSON_VALUE_UNSUPPORTED", { toJSON: () => ({}) }],
  ["holds a date", "JSON_VALUE_UNSUPPORTED", { at: new Date(0) }],
  ["holds bytes", "JSON_VALUE_UNSUPPORTED", { bytes: Buffer.from("x") }],
  ["passes for erased content", "REQUEST_INVALID", { $erased: "0".repeat(64) }],
];

const REFUSED_BATCHES: readonly (readonly [string, ErrorCode, readonly EventToAppend[]])[] = [
  ["of no event", "REQUEST_INVALID", []],
  ["of too many events", "BATCH_TOO_LARGE", notes(BATCH_LINES_MAX + 1)],
  ["of too many bytes", "BATCH_TOO_LARGE", batchOver(BATCH_BYTES_MAX)],
  ["with a type that is not dotted", "REQUEST_INVALID", [{ ...note(1), type: "started" }]],
  ["with a type in upper case", "REQUEST_INVALID", [{ ...note(1), type: "Session.Started" }]],
  ["with a type that breaks the line", "REQUEST_INVALID", [{ ...note(1), type: 'a.b","c":"' }]],
];

const BAD_USER_IDS = [
  "",
  ".",
  "..",
  "../x",
  "a/b",
  "a\0",
  "alice\n",
  "\u00e9",
  "-a",
  "_other",
  "a".repeat(129),
];
const BAD_SESSION_IDS = ["", "..", "../x", "a.b", "a b", "a\0", "sess_1\n", "%2e%2e", "s".repeat(256)];
const BAD_LOGS: readonly (readonly [string, LogName])[] = [
  ...BAD_USER_IDS.map((user_id) => [`user_id ${JSON.stringify(user_id)}`, { ...ALICE, user_id }] as const),
  ...BAD_SESSION_IDS.map((id) => [`session_id ${JSON.stringify(id)}`, { ...ALICE, session_id: id }] as const),
];

export function describeRefusals(bench: Bench): void {
  describe("what is refused leaves nothing", () => {
    test.each(REFUSED_CONTENTS)("an event that %s is %s", async (_name, code, content) => {
      await expectRefused(bench, code, [holding(content as JsonObject)]);
    });

    test.each(REFUSED_BATCHES)("a batch %s is %s", async (_name, code, events) => {
      await expectRefused(bench, code, events);
    });

    test("content and batches at the limits are taken", async () => {
      const content = { deep: nested(DEPTH_MAX - 1), numbers: [2 ** 53 - 1, 1 - 2 ** 53, 5e-324] };
      await bench.recorder.append(ALICE, [holding(content)], { expected_seq: 0 });
      await bench.recorder.append(ALICE, notes(BATCH_LINES_MAX), { expected_seq: 1 });
      const lines = await readAll(bench.recorder, ALICE);
      expect(lines[0]!.event).toEqual(content);
      expect(lines).toHaveLength(1 + BATCH_LINES_MAX);
    });

    test.each(BAD_LOGS)("a log of %s can be neither made nor found", async (_name, log) => {
      await expectCode(bench.recorder.append(log, [note(1)], { expected_seq: 0 }), "REQUEST_INVALID");
      await expectCode(readAll(bench.recorder, log), "LOG_NOT_FOUND");
      const tailing = bench.recorder.tail(log, { signal: AbortSignal.abort() });
      await expectCode(collect(tailing), "LOG_NOT_FOUND");
      expect(await collect(bench.recorder.logs())).toEqual([]);
    });

    test.each(["_anonymous", "_agents", "_agents.alice"])("%s may own a log", async (user_id) => {
      const log = { ...ALICE, user_id };
      await bench.recorder.append(log, [note(1)], { expected_seq: 0 });
      expect(await collect(bench.recorder.logs())).toEqual([log]);
    });
  });
}

/** Refused for a log that exists and for one that would be new, with neither changed and no claim taken. */
async function expectRefused(bench: Bench, code: ErrorCode, events: readonly EventToAppend[]): Promise<void> {
  const { recorder } = bench;
  const existing = { user_id: "alice", session_id: "existing" };
  await recorder.append(existing, [note(1)], { expected_seq: 0 });
  const before = await readAll(recorder, existing);

  await expectCode(recorder.append(existing, events, { expected_seq: 1, claim: "active:alice" }), code);
  await expectCode(recorder.append(ALICE, events, { expected_seq: 0, claim: "active:alice" }), code);

  expect(await readAll(recorder, existing)).toEqual(before);
  await expectNoLog(recorder, ALICE);
  expect(await recorder.holderOf("active:alice")).toBeUndefined();
  await recorder.append(existing, [note(2)], { expected_seq: 1 });
}

/** An object of `levels` levels, in turns of lists and objects. */
function nested(levels: number): JsonObject {
  let value: JsonObject = {};
  for (let level = levels; level > 1; level -= 2) value = level > 2 ? { in: [value] } : { in: value };
  return value;
}

function cyclic(): object {
  const value: Record<string, unknown> = {};
  value["itself"] = value;
  return value;
}

/** Events that each fit into a line, and together take more than `bytes`. */
function batchOver(bytes: number): readonly EventToAppend[] {
  const filler = "x".repeat(LINE_LENGTH_MAX - 1_024);
  return Array.from({ length: Math.ceil(bytes / filler.length) }, () => holding({ filler }));
}
