import type { JsonlReader, LedgerReader, LogName } from "@session-ledger/schema_recorder";
import { isOwner, isSessionId } from "@session-ledger/session_contract";
import { type Command, InvalidArgumentError } from "commander";

/** Which logs a command is about: all, a user's, or those with a session's id. */
export interface LogFilter {
  readonly user?: string;
  readonly session?: string;
}

/** Adds `--user` and `--session` to a command. */
export function withLogFilter(command: Command): Command {
  return command
    .option("--user <user_id>", "only this user's sessions", parseOwner)
    .option("--session <session_id>", "only the session with this id", parseSessionId);
}

/** The logs that pass a filter, in the reader's order. */
export async function* matchingLogs(reader: LedgerReader, filter: LogFilter): AsyncGenerator<LogName, void> {
  for await (const log of reader.logs()) if (passes(log, filter)) yield log;
}

/** The archived logs that pass a filter, likewise. */
export async function* matchingArchives(
  reader: JsonlReader,
  filter: LogFilter,
): AsyncGenerator<LogName, void> {
  for await (const log of reader.archives()) if (passes(log, filter)) yield log;
}

export async function countLogs(reader: LedgerReader, filter: LogFilter): Promise<number> {
  return count(matchingLogs(reader, filter));
}

/** How many logs pass a filter, archived or not. */
export async function countAllLogs(reader: JsonlReader, filter: LogFilter): Promise<number> {
  return (await countLogs(reader, filter)) + (await count(matchingArchives(reader, filter)));
}

async function count(logs: AsyncIterable<LogName>): Promise<number> {
  let found = 0;
  for await (const _ of logs) found += 1;
  return found;
}

function passes(log: LogName, { user, session }: LogFilter): boolean {
  return (
    (user === undefined || log.user_id === user) && (session === undefined || log.session_id === session)
  );
}

function parseOwner(text: string): string {
  if (!isOwner(text)) throw new InvalidArgumentError("It is not a user_id.");
  return text;
}

function parseSessionId(text: string): string {
  if (!isSessionId(text)) throw new InvalidArgumentError("It is not a session_id.");
  return text;
}
