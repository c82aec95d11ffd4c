// The text and the hash of a line, worked out anew from the specification (DESIGN section 5), so that a mistake in
// the recorder's encoder cannot hide behind itself.
import { createHash } from "node:crypto";
import type { LogName } from "@session-ledger/schema_recorder";
import type { Line } from "@session-ledger/session_contract";

/** A line's keys in the order of the specification. */
const KEY_ORDER = [
  "seq",
  "recorded_at",
  "type",
  "format",
  "kind",
  "cause",
  "idempotency",
  "batch",
  "imported",
  "epoch",
  "trace",
  "event",
  "hash",
];

/** The line's text as it stands on disk, its newline included. */
export function textOf(line: Line): string {
  return `${headerOf(line)}${jsonOf(line.event)},"hash":"${line.hash}"}\n`;
}

/** The hashes that the lines of `log` must have, given everything else that the lines say. */
export function hashesOf(log: LogName, lines: readonly Line[]): string[] {
  let previous = `${log.user_id}/${log.session_id}`;
  return lines.map((line) => {
    previous = sha256(previous + headerOf(line) + sha256(jsonOf(line.event)));
    return previous;
  });
}

/** The keys that a line has, in the order in which they must stand. */
export function keysInOrder(line: Line): string[] {
  return KEY_ORDER.filter((key) => Object.hasOwn(line, key));
}

function headerOf(line: Line): string {
  const { event: _event, hash: _hash, ...rest } = line;
  return `${jsonOf(rest).slice(0, -1)},"event":`;
}

function jsonOf(value: object): string {
  return JSON.stringify(value).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
