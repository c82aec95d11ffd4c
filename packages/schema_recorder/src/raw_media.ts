import type { JsonValue } from "@session-ledger/session_contract";
import { RecorderError } from "./recorder_error.ts";

const RAW_AUDIO_FORMATS = new Set<unknown>(["base64", "bytes"]);
const IMAGE_URI = /^\s*data:image\//i;

/**
 * Why a message holds raw media, or undefined if it does not: `frame_data` at any depth, an `audio_payload` whose
 * `audio_format` (in it or beside it) is "base64" or "bytes", or a string that is an image's data URI.
 */
export function findRawMedia(value: JsonValue): string | undefined {
  if (typeof value === "string") return IMAGE_URI.test(value) ? "a data:image/ string" : undefined;
  if (value === null || typeof value !== "object") return undefined;
  if (Array.isArray(value)) return firstRawMedia(value);
  if (Object.hasOwn(value, "frame_data")) return "frame_data";
  if (Object.hasOwn(value, "audio_payload") && isRawAudio(value["audio_payload"], value["audio_format"])) {
    return "raw audio_payload";
  }
  return firstRawMedia(Object.values(value));
}

/**
 * Asserts that an A3CPMessage holds no raw media.
 * @throws RecorderError `RAW_MEDIA_REFUSED`
 */
export function assertNoRawMedia(message: JsonValue): void {
  const media = findRawMedia(message);
  if (media !== undefined) {
    throw new RecorderError("RAW_MEDIA_REFUSED", media, { detail: `The message holds ${media}.` });
  }
}

function firstRawMedia(values: readonly JsonValue[]): string | undefined {
  for (const value of values) {
    const found = findRawMedia(value);
    if (found !== undefined) return found;
  }
  return undefined;
}

function isRawAudio(payload: JsonValue | undefined, format_beside: JsonValue | undefined): boolean {
  const inner = payload !== null && typeof payload === "object" && !Array.isArray(payload) ? payload : {};
  return RAW_AUDIO_FORMATS.has(format_beside) || RAW_AUDIO_FORMATS.has(inner["audio_format"]);
}
