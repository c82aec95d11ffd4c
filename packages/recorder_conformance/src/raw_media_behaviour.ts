import type { JsonObject } from "@session-ledger/session_contract";
import { describe, expect, test } from "vitest";
import type { Bench } from "./bench.ts";
import { expectCode, expectNoLog, readAll } from "./observe.ts";
import { ALICE, BOB, holding, recordId } from "./samples.ts";

const RAW_MEDIA: readonly (readonly [string, JsonObject])[] = [
  ["frame_data", { frame_data: "AAAA" }],
  ["frame_data that is null", { frame_data: null }],
  ["frame_data far within", { a: [{ b: { c: [[{ frame_data: [1, 2, 3] }]] } }] }],
  ["a base64 audio_payload", { audio_payload: "UklGRg==", audio_format: "base64" }],
  ["an audio_payload of bytes", { audio_payload: [82, 73], audio_format: "bytes" }],
  ["an audio_payload that names its format", { audio_payload: { audio_format: "base64", data: "UklGRg==" } }],
  ["a base64 audio_payload far within", { a: [{ audio_payload: "UklGRg==", audio_format: "base64" }] }],
  ["a data:image/ string", { picture: "data:image/png;base64,iVBORw0KGgo=" }],
  ["a data:image/ string far within", { a: [[{ b: ["data:image/gif;base64,R0lGODlh"] }]] }],
];

const NO_MEDIA: readonly (readonly [string, JsonObject])[] = [
  ["a text about frame_data", { note: "frame_data is refused" }],
  ["an audio_payload by reference", { audio_payload: "s3://bucket/a.wav", audio_format: "uri" }],
  ["an audio_format alone", { audio_format: "base64" }],
  ["a text that mentions data:image/", { note: "a URI such as data:image/png" }],
];

export function describeRawMedia(bench: Bench): void {
  describe("raw media", () => {
    test.each(RAW_MEDIA)("a message that holds %s is refused", async (_name, content) => {
      await bench.recorder.append(ALICE, [message({})], { expected_seq: 0 });
      const before = await readAll(bench.recorder, ALICE);
      const events = [message({}), message(content)];
      await expectCode(bench.recorder.append(ALICE, events, { expected_seq: 1 }), "RAW_MEDIA_REFUSED");
      await expectCode(bench.recorder.append(BOB, events, { expected_seq: 0 }), "RAW_MEDIA_REFUSED");
      expect(await readAll(bench.recorder, ALICE)).toEqual(before);
      await expectNoLog(bench.recorder, BOB);
    });

    test.each(RAW_MEDIA)("an event of another type may hold %s", async (_name, content) => {
      await bench.recorder.append(ALICE, [holding(content)], { expected_seq: 0 });
      expect((await readAll(bench.recorder, ALICE))[0]!.event).toEqual(content);
    });

    test.each(NO_MEDIA)("a message may hold %s", async (_name, content) => {
      const { event } = message(content);
      await bench.recorder.append(ALICE, [message(content)], { expected_seq: 0 });
      expect((await readAll(bench.recorder, ALICE))[0]!.event).toEqual(event);
    });
  });
}

function message(content: JsonObject) {
  const event = {
    ...content,
    record_id: recordId(9),
    ...ALICE,
    timestamp: "2026-11-21T09:30:00.000Z",
    source: "gesture_capture",
    performer_id: "alice",
  };
  return { type: "message.appended", event };
}
