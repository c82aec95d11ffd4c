import type { ErrorCode } from "./error_codes.ts";
import { LedgerError } from "./ledger_error.ts";
import { JSON_DEPTH_MAX } from "./limits.ts";

export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

/** A JSON value that the ledger does not hold exactly, and so refuses: `JSON_*` codes. */
export class JsonRefused extends LedgerError {}

/** Text that is not JSON at all. It has no code of its own: each face answers it as its validation error. */
export class JsonMalformed extends Error {
  override name = "JsonMalformed";
}

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Parses a JSON text of a client. Unlike `JSON.parse` it refuses invalid UTF-8 and checks the depth before it
 * parses (a few KB of brackets would otherwise block or overflow), then refuses what cannot be stored exactly; of a
 * key that an object has twice, parsing would drop all but the last.
 * @throws JsonMalformed, JsonRefused (`JSON_TOO_DEEP`, `JSON_NUMBER_INEXACT`, `JSON_KEY_FORBIDDEN`)
 */
export function parseJson(bytes: Uint8Array): JsonValue {
  const members = countMembers(bytes, JSON_DEPTH_MAX);
  if (members === undefined) throw new JsonRefused("JSON_TOO_DEEP");
  let value: JsonValue;
  try {
    value = JSON.parse(UTF8.decode(bytes)) as JsonValue;
  } catch {
    throw new JsonMalformed("The text is not JSON in UTF-8.");
  }
  const exactness = new Exactness();
  exactness.assert(value);
  if (exactness.members !== members) throw new JsonRefused("JSON_KEY_FORBIDDEN", "an object has a key twice");
  return value;
}

/**
 * Asserts that a value is JSON which the ledger can hold exactly.
 * @throws JsonRefused (`JSON_TOO_DEEP`, `JSON_NUMBER_INEXACT`, `JSON_KEY_FORBIDDEN`, `JSON_VALUE_UNSUPPORTED`)
 */
export function assertExactJson(value: unknown): asserts value is JsonValue {
  new Exactness().assert(value);
}

/** Looks through one value, and counts the members of its objects. */
class Exactness {
  members = 0;

  /** @throws JsonRefused as `assertExactJson` does */
  assert(value: unknown): void {
    const refusal = this.#findRefusal(value, 1);
    if (refusal !== undefined) throw new JsonRefused(refusal);
  }

  #findRefusal(value: unknown, depth: number): ErrorCode | undefined {
    switch (typeof value) {
      case "string":
      case "boolean":
        return undefined;
      case "number":
        return isExact(value) ? undefined : "JSON_NUMBER_INEXACT";
      case "object":
        return value === null ? undefined : this.#findRefusalWithin(value, depth);
      default:
        return "JSON_VALUE_UNSUPPORTED";
    }
  }

  #findRefusalWithin(value: object, depth: number): ErrorCode | undefined {
    if (depth > JSON_DEPTH_MAX) return "JSON_TOO_DEEP";
    if (Array.isArray(value)) {
      for (const item of value) {
        const refusal = this.#findRefusal(item, depth + 1);
        if (refusal !== undefined) return refusal;
      }
      return undefined;
    }
    const prototype = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) return "JSON_VALUE_UNSUPPORTED";
    for (const key of Object.keys(value)) {
      if (key === "__proto__") return "JSON_KEY_FORBIDDEN";
      this.members += 1;
      const refusal = this.#findRefusal((value as JsonObject)[key], depth + 1);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }
}

function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

/**
 * How many members the objects of a text have, by the colons outside its strings; undefined if its brackets nest deeper
 * than `depth_max`. Reads bytes, so it needs no valid JSON.
 */
function countMembers(bytes: Uint8Array, depth_max: number): number | undefined {
  let depth = 0;
  let members = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inString) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === COLON) members += 1;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > depth_max) return undefined;
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return members;
}
