import type { JsonValue } from "@session-ledger/session_contract";
import { describe, expect, test } from "vitest";
import { findRawMedia } from "./raw_media.ts";

describe("findRawMedia", () => {
  test.each<[string, JsonValue]>([
    ["frame_data", { frame_data: "AAAA" }],
    ["frame_data deep inside", { a: [{ b: { frame_data: null } }] }],
    ["audio as base64, format beside", { audio_payload: "AAAA", audio_format: "base64" }],
    ["audio as bytes, format inside", { x: { audio_payload: { audio_format: "bytes", data: [1] } } }],
    ["an image's data URI", { note: "data:image/png;base64,AAAA" }],
    ["an image's data URI in capitals, in an array", { notes: ["ok", " DATA:IMAGE/png;base64,AAAA"] }],
  ])("finds %s", (_name, message) => {
    expect(findRawMedia(message)).toBeDefined();
  });

  test.each<[string, JsonValue]>([
    ["a reference to features", { raw_features_ref: { uri: "/data/a.npz" } }],
    ["audio that is a reference", { audio_payload: { uri: "a.wav" }, audio_format: "wav" }],
    ["text that mentions an image's URI", { text: "it begins with data:image/" }],
    ["another data URI", { text: "data:text/plain,hello" }],
  ])("passes %s", (_name, message) => {
    expect(findRawMedia(message)).toBeUndefined();
  });
});
