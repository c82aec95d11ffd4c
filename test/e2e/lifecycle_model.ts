import { type StatePair, statePairs } from "./state_table.ts";

export type Move = "pause" | "resume" | "end" | "delete" | "append";
export type ModelState = "active" | "paused" | "stopped" | "deleted";

/** What a command is to be answered with. */
export interface Expected {
  readonly status: number;
  readonly code?: string;
}

/** A session as the model knows it. */
export class ModelSession {
  readonly user_id: string;
  readonly kind: string;
  session_id = "";
  /** The state after each line, the first one's first. */
  readonly states: ModelState[] = ["active"];

  constructor(user_id: string, kind: string) {
    this.user_id = user_id;
    this.kind = kind;
  }

  get state(): ModelState {
    return this.states.at(-1)!;
  }

  get validity(): string {
    return VALIDITY[this.state];
  }
}

const VALIDITY = { active: "active", paused: "active", stopped: "closed", deleted: "invalid" };
const LEADS_TO = {
  pause: "paused",
  resume: "active",
  end: "stopped",
  delete: "deleted",
  append: "active",
} as const;
const ROWS = {
  start: "sessions.start, by the user's newest session",
  pause: "sessions.pause",
  resume: "sessions.resume",
  end: "sessions.end",
  delete: "sessions.delete",
  append: "append",
};
const PAIRS = new Map(statePairs().map((pair) => [`${pair.command} ${pair.state}`, pair]));

/** What a ledger should be after a row of commands, by the table in docs/protocol.md alone. */
export class LifecycleModel {
  readonly sessions: ModelSession[] = [];

  /** Expects a start, and takes the session in if it is to succeed. */
  start(user_id: string, kind: string): { readonly expected: Expected; readonly session?: ModelSession } {
    const newest = this.sessions.findLast((session) => session.user_id === user_id);
    const expected = expectedOf(ROWS.start, newest?.state ?? "none");
    if (expected.status !== 200) return { expected };
    const session = new ModelSession(user_id, kind);
    this.sessions.push(session);
    return { expected, session };
  }

  /** Expects a command on a session, in the name of a user, and moves the session on if it is to succeed. */
  move(move: Move, session: ModelSession | undefined, user_id: string): Expected {
    const expected = expectedOf(ROWS[move], session?.state ?? "none");
    if (session === undefined || session.state === "deleted") return expected;
    if (session.user_id !== user_id) return { status: 403, code: "SESSION_USER_MISMATCH" };
    if (expected.code === undefined) session.states.push(LEADS_TO[move]);
    return expected;
  }
}

function expectedOf(row: string, state: string): Expected {
  const pair: StatePair | undefined = PAIRS.get(`${row} ${state}`);
  if (pair?.status === undefined) throw new Error(`The table says nothing of ${row} on ${state}.`);
  return { status: pair.status, ...(pair.word !== undefined && { code: pair.word }) };
}
