// What stands below a log root, read as any other program would read it: no code of the ledger takes part.
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import type { SessionNames } from "./operations.ts";

/** A line of a session log, as JSON has it. */
export interface FileLine {
  readonly seq: number;
  readonly recorded_at: string;
  readonly type: string;
  readonly cause?: { readonly trigger: string };
  readonly idempotency?: { readonly key: string };
  readonly imported?: { readonly recorded_at: string };
  readonly event: Readonly<Record<string, unknown>>;
}

/** The path of a session's log, relative to the log root. */
export function logFileOf({ user_id, session_id }: SessionNames): string {
  return `users/${user_id}/sessions/${session_id}.jsonl`;
}

/** The lines of a log. Throws for a file that does not end in a whole line of JSON. */
export async function linesOf(log_root: string, session: SessionNames): Promise<FileLine[]> {
  return parseLog(await readFile(join(log_root, logFileOf(session)), "latin1"));
}

/** Every line of every log, by the log's path relative to the log root. */
export async function allLogs(log_root: string): Promise<Map<string, FileLine[]>> {
  const logs = new Map<string, FileLine[]>();
  for (const [path, text] of await filesBelow(join(log_root, "users"))) {
    if (path.endsWith(".jsonl")) logs.set(`users/${path}`, parseLog(text));
  }
  return logs;
}

/** The bytes of every file below a folder as Latin-1 text, by path; empty if there is no such folder. */
export async function filesBelow(folder: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(relative(folder, path), await readFile(path, "latin1"));
  }
  return files;
}

/** The lines of a log's bytes as Latin-1 text. Throws for bytes that do not end in a whole line of JSON. */
export function parseLog(latin1: string): FileLine[] {
  const text = Buffer.from(latin1, "latin1").toString("utf8");
  if (!text.endsWith("\n")) throw new Error("The log does not end in a newline.");
  return text
    .slice(0, -1)
    .split("\n")
    .map((line) => JSON.parse(line));
}
