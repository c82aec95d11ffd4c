import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { LogName } from "@session-ledger/schema_recorder";
import type { JsonObject } from "@session-ledger/session_contract";
import { endedEvent, messageEvent, startedEvent } from "../support/session_events.ts";

/** Upstream events of a session: a start, messages, and an end. */
export function upstreamEvents(log: LogName, messages = 1): JsonObject[] {
  const between = Array.from({ length: messages }, (_, index) => messageEvent(log, { index }).event);
  return [startedEvent(log).event, ...between, endedEvent(log).event];
}

/** One line of an upstream log, without its end. */
export function upstreamLine(event: JsonObject): string {
  return JSON.stringify({ recorded_at: "2026-11-21T08:36:09.196Z", event });
}

export function upstreamText(events: readonly JsonObject[]): string {
  return events.map((event) => `${upstreamLine(event)}\n`).join("");
}

/** Puts an upstream log below a root. */
export async function writeUpstreamLog(root: string, log: LogName, content: string | Buffer): Promise<void> {
  const path = join(root, upstreamFile(log));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

/** The file of an upstream log, relative to its root. */
export function upstreamFile({ user_id, session_id }: LogName): string {
  return `users/${user_id}/sessions/${session_id}.jsonl`;
}

/** A session's ids that no other test has. */
export function freshLog(user_id = "u1"): LogName {
  return { user_id, session_id: `sess_${randomUUID().replaceAll("-", "").slice(0, 16)}` };
}
