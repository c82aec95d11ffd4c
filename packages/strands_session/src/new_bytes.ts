import { Buffer } from "node:buffer";
import type { NewBytes } from "./storage_record.ts";

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes as JSON: as text where they are UTF-8 and no longer so than in base64, so that a log can be read. */
export function encodeBytes(bytes: Uint8Array): NewBytes {
  const data = Buffer.from(bytes).toString("base64");
  const text = asText(bytes);
  if (text !== undefined && Buffer.byteLength(JSON.stringify(text)) <= data.length + 2) return { text };
  return { __bytes_encoded__: true, data };
}

export function decodeBytes(bytes: NewBytes): Uint8Array {
  return "text" in bytes ? Buffer.from(bytes.text) : Buffer.from(bytes.data, "base64");
}

/** Whether a byte is one within a character of UTF-8, not its first. */
export function isWithinCharacter(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function asText(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}
