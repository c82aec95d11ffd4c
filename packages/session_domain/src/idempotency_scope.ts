import type { EventToAppend, SessionKind } from "@session-ledger/session_contract";

/** Where a request with an `Idempotency-Key` belongs: two requests are one only if all of this is equal. */
export interface KeyedRequest {
  readonly key: string;
  /** On whose key the request came, if callers have keys. */
  readonly principal?: string | undefined;
  /** The type of the event that the request causes, which names its method and path. */
  readonly type: string;
  /** What stands in the path beside; absent where ids stand in the body. */
  readonly path?: PathIds | undefined;
}

/** The ids in a path, and the kind of session, which names the face. */
export interface PathIds {
  readonly kind: SessionKind;
  readonly user_id: string;
  /** Absent for a request that makes a session: it cannot name it. */
  readonly session_id?: string | undefined;
  /** The agent that the request makes a session for. */
  readonly agent_id?: string | undefined;
}

/** The scope of a request, as text that is equal for equal requests only. */
export function idempotencyScope({ key, principal, type, path }: KeyedRequest): string {
  const ids = path && [path.kind, path.user_id, path.session_id ?? null, path.agent_id ?? null];
  return JSON.stringify([principal ?? null, type, ids ?? null, key]);
}

/** What `lineScope` reads of a recorded line. */
type KeyedLine = Pick<EventToAppend, "type" | "cause" | "idempotency" | "event"> & { readonly seq: number };

/**
 * The scope of the request that caused a line, undefined if it had no key. It follows from the line, its log and the
 * log's kind alone, so that an index of scopes can be rebuilt. Interaction and execution sessions have all ids in the
 * body; for the other kinds the path names the session and, while it is being made, its agent.
 */
export function lineScope(
  line: KeyedLine,
  log: { readonly user_id: string; readonly session_id: string },
  kind: SessionKind,
): string | undefined {
  const { type, cause, idempotency } = line;
  if (idempotency === undefined) return undefined;
  const path = kind === "interaction" || kind === "execution" ? undefined : pathIds(line, log, kind);
  return idempotencyScope({ key: idempotency.key, principal: cause?.principal, type, path });
}

function pathIds(
  { seq, event }: KeyedLine,
  { user_id, session_id }: { readonly user_id: string; readonly session_id: string },
  kind: SessionKind,
): PathIds {
  if (seq > 1) return { kind, user_id, session_id };
  const { agent_id } = event;
  return kind !== "agent" && typeof agent_id === "string" ? { kind, user_id, agent_id } : { kind, user_id };
}
