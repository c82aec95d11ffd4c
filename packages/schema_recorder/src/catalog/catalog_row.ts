// A session as a row of the catalog's table. Each row carries a checksum of itself: the catalog is only an index,
// but an answer from a flipped row would be wrong all the same.
import { crc32 } from "node:zlib";
import type { Cause, SessionKind } from "@session-ledger/session_contract";
import type { SessionStatus } from "@session-ledger/session_domain";
import { positionOf } from "../session_query.ts";
import type { CatalogEntry } from "./catalog_entry.ts";

/** The columns, in the order in which they are checked and written. `started_ms` is `started_at`, for lists. */
export const COLUMNS = [
  "user_id",
  "session_id",
  "incarnation",
  "life",
  "kind",
  "state",
  "claim",
  "seq",
  "bytes",
  "hash",
  "recorded_at",
  "state_user_id",
  "state_session_id",
  "started_at",
  "started_ms",
  "started_by",
  "paused_at",
  "ended_at",
  "ended_by",
  "ended_through",
  "deleted_at",
  "deleted_by",
  "imported",
  "archived_at",
] as const;

type Column = (typeof COLUMNS)[number];
export type CatalogValue = string | number | null;
export type CatalogRow = Record<Column | "crc", CatalogValue>;

/** A row whose checksum does not hold: the catalog must be rebuilt. */
export class CatalogDamaged extends Error {
  override name = "CatalogDamaged";
}

/** Stands between rows that cross to a thread as one text: JSON that is not indented holds none. */
export const ROW_SEPARATOR = "\n";

/** A row as JSON: its values in the order of the columns, which is also what its checksum is of. */
export function toRowText(entry: CatalogEntry): string {
  return JSON.stringify(toValues(entry));
}

/** What is put into the table: the values of a row, and its checksum last. */
export function toPut(row_text: string): CatalogValue[] {
  const values = JSON.parse(row_text) as CatalogValue[];
  values.push(crc32(row_text));
  return values;
}

function toValues({ log, state, ...entry }: CatalogEntry): CatalogValue[] {
  return [
    log.user_id,
    log.session_id,
    entry.incarnation,
    entry.life,
    state.kind,
    state.status,
    entry.claim ?? null,
    state.seq,
    entry.bytes,
    entry.hash,
    entry.recorded_at,
    state.user_id,
    state.session_id,
    state.started_at,
    positionOf({ log, state }).started_ms,
    state.started_by,
    state.paused_at,
    state.ended_at,
    state.ended_by,
    state.ended_through,
    state.deleted_at,
    state.deleted_by,
    state.imported ? 1 : 0,
    entry.archived_at ?? null,
  ];
}

/** @throws CatalogDamaged */
export function fromRow(row: CatalogRow): CatalogEntry {
  if (crc32(JSON.stringify(COLUMNS.map((column) => row[column]))) !== row.crc) {
    throw new CatalogDamaged("a row's checksum does not hold");
  }
  return {
    log: { user_id: String(row.user_id), session_id: String(row.session_id) },
    state: {
      kind: row.kind as SessionKind,
      status: row.state as SessionStatus,
      seq: Number(row.seq),
      user_id: textOrNull(row.state_user_id),
      session_id: textOrNull(row.state_session_id),
      started_at: textOrNull(row.started_at),
      started_by: textOrNull(row.started_by),
      paused_at: textOrNull(row.paused_at),
      ended_at: textOrNull(row.ended_at),
      ended_by: textOrNull(row.ended_by),
      ended_through: row.ended_through as Cause["trigger"] | null,
      deleted_at: textOrNull(row.deleted_at),
      deleted_by: textOrNull(row.deleted_by),
      imported: row.imported === 1,
    },
    recorded_at: String(row.recorded_at),
    hash: String(row.hash),
    bytes: Number(row.bytes),
    incarnation: String(row.incarnation),
    life: String(row.life),
    claim: textOrNull(row.claim) ?? undefined,
    ...(row.archived_at === null ? {} : { archived_at: String(row.archived_at) }),
  };
}

function textOrNull(value: CatalogValue): string | null {
  return value === null ? null : String(value);
}
