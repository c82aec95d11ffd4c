import { randomUUID } from "node:crypto";
import { type Answered, ask, post } from "./http_exchange.ts";

export const START = "/session_manager/sessions.start";
export const END = "/session_manager/sessions.end";
export const PAUSE = "/session_manager/sessions.pause";
export const RESUME = "/session_manager/sessions.resume";
export const DELETE = "/session_manager/sessions.delete";
export const VALIDATE = "/session_manager/sessions.validate";
export const APPEND = "/schema-recorder/append";

/** The names of a session, as every operation but a start takes them. */
export interface SessionNames {
  readonly user_id: string;
  readonly session_id: string;
}

let users = 0;

/** A user that no other test of this process has. */
export function freshUser(): string {
  users += 1;
  return `user-${users}`;
}

/** The least that a start takes, for a user of its own. */
export function startInput(): { user_id: string; performer_id: string } {
  return { user_id: freshUser(), performer_id: "carer01" };
}

/** The least that an end takes, and every other command on a session. */
export function endInput({ user_id, session_id }: SessionNames) {
  return { user_id, session_id, performer_id: "carer01" };
}

/** The least that an append takes. */
export function messageInput({ user_id, session_id }: SessionNames) {
  return {
    record_id: randomUUID() as string,
    user_id,
    session_id,
    timestamp: "2026-11-21T09:31:00Z",
    source: "gesture_classifier",
    performer_id: "carer01",
  };
}

/** Starts a session for a user of its own, or for this one. */
export async function openSession(url: string, user_id = freshUser()): Promise<SessionNames> {
  const answer = await post(url, START, { user_id, performer_id: "carer01" });
  if (answer.status !== 200) throw new Error(`The start was answered ${answer.status}: ${answer.text}`);
  return { user_id, session_id: String(answer.body["session_id"]) };
}

/** Starts a session and ends it. */
export async function endedSession(url: string, user_id = freshUser()): Promise<SessionNames> {
  const session = await openSession(url, user_id);
  await endSession(url, session);
  return session;
}

export async function endSession(url: string, session: SessionNames): Promise<void> {
  const { status, text } = await post(url, END, endInput(session));
  if (status !== 200) throw new Error(`The end was answered ${status}: ${text}`);
}

/** What `sessions.validate` says of a session. */
export async function validityOf(url: string, { user_id, session_id }: SessionNames): Promise<unknown> {
  const answer: Answered = await post(url, VALIDATE, { user_id, session_id });
  return answer.body["status"];
}

/** Looks a session up; `query` begins with `?`. */
export function lookUp(url: string, session_id: string, query = ""): Promise<Answered> {
  return ask(url, { path: `/session_manager/sessions/${session_id}${query}` });
}

const WAY_TO = {
  active: [],
  paused: [PAUSE],
  stopped: [END],
  deleted: [END, DELETE],
} as const;

/** A session of a user of its own, brought into a state. */
export async function sessionIn(url: string, state: keyof typeof WAY_TO): Promise<SessionNames> {
  const session = await openSession(url);
  for (const path of WAY_TO[state]) {
    const { status, text } = await post(url, path, endInput(session));
    if (status !== 200) throw new Error(`${path} was answered ${status}: ${text}`);
  }
  return session;
}
