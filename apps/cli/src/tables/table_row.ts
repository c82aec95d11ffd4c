import { SessionIdSchema, UserIdSchema } from "@session-ledger/session_contract";
import { z } from "zod";
import { Unmappable } from "../unmappable.ts";
import type { TableLine } from "./table_line.ts";
import { TableTimeSchema } from "./table_time.ts";

/** Where a row's session is in its life. `creating`: its creation never finished, so it never was a session. */
export type RowState = "creating" | "active" | "paused" | "stopped" | "deleted";

/** A row of a session table, checked. Times are as the ledger writes them. */
export interface TableRow {
  readonly line: number;
  readonly user_id: string;
  readonly session_id: string;
  readonly state: RowState;
  readonly created_at: string;
  /** When the session came into its state: paused, ended, or deleted. Absent where the state needs none. */
  readonly changed_at?: string;
  /** When a deleted session ended; only of a deleted one. */
  readonly ended_at?: string;
}

/** What a status means. Systems call the end of a session by many names. */
const STATES: Readonly<Record<string, RowState>> = {
  creating: "creating",
  active: "active",
  paused: "paused",
  stopped: "stopped",
  ended: "stopped",
  closed: "stopped",
  completed: "stopped",
  expired: "stopped",
  deleted: "deleted",
};

/** How a database writes that a cell is empty. */
const EMPTY_CELLS: ReadonlySet<unknown> = new Set(["", "NULL", "\\N", null]);

const StatusSchema = z.string("must be a text").transform((text, context) => {
  const status = text.trim().toLowerCase();
  if (Object.hasOwn(STATES, status)) return STATES[status]!;
  context.addIssue(`must be one of ${Object.keys(STATES).join(", ")}`);
  return z.NEVER;
});

/** A database whose ids are numbers exports them as numbers. */
const idOf = (schema: typeof SessionIdSchema) =>
  z.preprocess((cell) => (Number.isSafeInteger(cell) ? String(cell) : cell), schema);

const OptionalTimeSchema = z.preprocess(
  (cell) => (EMPTY_CELLS.has(cell) ? undefined : cell),
  TableTimeSchema.optional(),
);

const RowSchema = z.strictObject({
  id: idOf(SessionIdSchema),
  user_id: idOf(UserIdSchema),
  status: StatusSchema,
  created_at: TableTimeSchema,
  updated_at: OptionalTimeSchema.optional(),
  deleted_at: OptionalTimeSchema.optional(),
});

/**
 * The row that stands on a line.
 * @throws Unmappable
 */
export function parseRow(read: TableLine): TableRow {
  if ("problem" in read) throw read.problem;
  const { line, cells } = read;
  const { data, error } = RowSchema.safeParse(cells);
  if (data === undefined) throw new Unmappable(line, issueText(error.issues[0]!));
  const { id: session_id, user_id, created_at, updated_at, deleted_at } = data;
  const state = deleted_at === undefined ? data.status : "deleted";
  for (const [column, time] of Object.entries({ updated_at, deleted_at })) {
    if (time !== undefined && time < created_at) throw new Unmappable(line, `${column} is before created_at`);
  }
  const row = { line, user_id, session_id, state, created_at };
  if (state === "active" || state === "creating") return row;
  const changed_at = deleted_at ?? updated_at;
  if (changed_at === undefined)
    throw new Unmappable(line, `updated_at is empty, so nothing says when the session was ${state}`);
  if (state !== "deleted") return { ...row, changed_at };
  // The deletion itself may have updated the row, also a little later.
  const ended_at = updated_at !== undefined && updated_at < changed_at ? updated_at : changed_at;
  return { ...row, changed_at, ended_at };
}

function issueText({ path, message }: z.core.$ZodIssue): string {
  return path.length > 0 ? `${path.join(".")}: ${message}` : message;
}
