// A list is a session of agents with one agent, and a record is one of its messages, so that lists can be read and written
// through the session backend as well as in process. A message's `message_id` is its place in the list, from 1. The
// agent's id is random, which tells a list from one that took its place.
import { randomUUID } from "node:crypto";
import type { AgentMessageCreateInput, JsonObject } from "@session-ledger/session_contract";
import { type StorageRecord, toJson, toRecord } from "./storage_record.ts";

/** The type of the sessions that hold lists. */
export const SESSION_TYPE = "STRANDS_STORAGE";

const ROLE = "storage";

export function newAgentId(): string {
  return `storage-${randomUUID()}`;
}

/** The message that is the `count`-th record of a list. */
export function toMessage(record: StorageRecord, count: number): AgentMessageCreateInput {
  return { message_id: count, message: { role: ROLE, content: toJson(record) } };
}

export function fromMessage({ content }: { readonly content?: unknown }): StorageRecord {
  return toRecord(content as JsonObject);
}
