// Clients that start, fill and end sessions over HTTP, each with the next user of a row, and remember what they were
// told is recorded.
import { randomUUID } from "node:crypto";
import { type Answer, postJson } from "../server/ledger_client.ts";

/** An event that an answer said is recorded. */
export interface Acknowledgement {
  readonly user_id: string;
  readonly session_id: string;
  readonly record_id: string;
}

/** What a load was answered. */
export interface LoadReport {
  readonly acknowledged: Acknowledgement[];
  /** How often each code was the answer. */
  readonly refused: Map<string, number>;
}

export interface LoadOptions {
  readonly url: string;
  /** How many clients ask at the same time. */
  readonly clients: number;
  /** How many messages a session gets. */
  readonly messages: number;
  /** How long the text of a message is. */
  readonly text_characters?: number;
  /** What the users' names begin with: no two loads on one ledger may share it. */
  readonly users: string;
  /** Asked before each session: whether the load is over. */
  readonly isEnough: (report: LoadReport) => boolean;
}

/** Runs until it is enough, or until the server no longer answers. */
export async function runLoad(options: LoadOptions): Promise<LoadReport> {
  const report: LoadReport = { acknowledged: [], refused: new Map() };
  let users = 0;
  const client = async (): Promise<void> => {
    while (!options.isEnough(report)) {
      users += 1;
      await oneSession(options, `${options.users}-${users}`, report);
    }
  };
  const clients = Array.from({ length: options.clients }, () => client().catch(orGone));
  await Promise.all(clients);
  return report;
}

/** `fetch` has this one error for a connection that cannot be made or broke. */
function orGone(error: unknown): void {
  if (!(error instanceof TypeError)) throw error;
}

async function oneSession(options: LoadOptions, user_id: string, report: LoadReport): Promise<void> {
  const { url, messages, text_characters = 200 } = options;
  const boundary = { user_id, performer_id: "load" };
  const start = await postJson(url, "/session_manager/sessions.start", boundary);
  const session_id = note(report, start, user_id, start.body["session_id"]);
  if (session_id === undefined) return;
  for (let left = messages; left > 0; left -= 1) {
    const message = {
      ...boundary,
      record_id: randomUUID(),
      session_id,
      timestamp: "2026-11-21T09:31:00Z",
      source: "load",
      text: "x".repeat(text_characters),
    };
    note(report, await postJson(url, "/schema-recorder/append", message), user_id, session_id);
  }
  const end = await postJson(url, "/session_manager/sessions.end", { ...boundary, session_id });
  note(report, end, user_id, session_id);
}

/** Notes what an answer says; gives the session's id if the event is recorded. */
function note(
  report: LoadReport,
  { status, body }: Answer,
  user_id: string,
  session: unknown,
): string | undefined {
  if (status !== 200 && status !== 201) {
    const code = String(body["code"]);
    report.refused.set(code, (report.refused.get(code) ?? 0) + 1);
    return undefined;
  }
  const session_id = String(session);
  report.acknowledged.push({ user_id, session_id, record_id: String(body["record_id"]) });
  return session_id;
}
