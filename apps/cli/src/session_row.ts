import type { LogName } from "@session-ledger/schema_recorder";
import type { FoldedLog } from "./fold_log.ts";
import type { Column } from "./table.ts";

/** A session as `replay --json` gives it. `fault` says that the rest of its log could not be read. */
export interface SessionRow {
  readonly user_id: string;
  readonly session_id: string;
  readonly kind: string;
  readonly state: string;
  readonly started_at: string | null;
  readonly started_by: string | null;
  readonly ended_at: string | null;
  readonly ended_by: string | null;
  readonly ended_through: string | null;
  readonly events: number;
  readonly imported: boolean;
  readonly fault?: FoldedLog["fault"];
}

export const SESSION_COLUMNS: readonly Column[] = [
  { title: "USER" },
  { title: "SESSION" },
  { title: "STATE" },
  { title: "STARTED" },
  { title: "ENDED" },
  { title: "BY", characters_max: 40 },
  { title: "EVENTS" },
  { title: "FAULT" },
];

export function toSessionRow(log: LogName, { state, fault }: FoldedLog): SessionRow {
  return {
    user_id: log.user_id,
    session_id: log.session_id,
    kind: state.kind,
    state: state.status,
    started_at: state.started_at,
    started_by: state.started_by,
    ended_at: state.ended_at,
    ended_by: state.ended_by,
    ended_through: state.ended_through,
    events: state.seq,
    imported: state.imported,
    ...(fault !== undefined && { fault }),
  };
}

/** The cells of a row, in the order of SESSION_COLUMNS. */
export function toCells(row: SessionRow): readonly string[] {
  const by = [row.started_by, row.ended_by].filter((performer) => performer !== null);
  return [
    row.user_id,
    row.session_id,
    row.state,
    row.started_at ?? "-",
    row.ended_at ?? "-",
    [...new Set(by)].join(", ") || "-",
    String(row.events),
    row.fault?.code ?? "",
  ];
}
