import { hash } from "node:crypto";
import type { RecordedEvent } from "@session-ledger/session_contract";
import { lineScope } from "@session-ledger/session_domain";
import type { CatalogEntry } from "./catalog_entry.ts";
import type { IdempotencyTable, KeyPlace } from "./idempotency_table.ts";

/** One life of a log, from its making to its erasure. */
type LogLife = Pick<CatalogEntry, "log" | "life"> & { readonly state: Pick<CatalogEntry["state"], "kind"> };

/**
 * The index of idempotency keys: those committed since the last flush in memory, over the table in the file. As with
 * the sessions, memory is bounded by the journal.
 */
export class IdempotencyKeys {
  readonly #table: IdempotencyTable;
  #fresh = new Map<string, KeyPlace>();
  #flushing: Map<string, KeyPlace> = new Map();

  constructor(table: IdempotencyTable) {
    this.#table = table;
  }

  /** @throws CatalogDamaged */
  find(scope: string): KeyPlace | undefined {
    const digest = digestOf(scope);
    return this.#fresh.get(digest) ?? this.#flushing.get(digest) ?? this.#table.get(digest);
  }

  /** Takes up a line of a log that is committed. Costs nothing for a line without a key. */
  note(line: RecordedEvent, log_life: LogLife): void {
    if (line.idempotency === undefined) return;
    const { digest, place } = placeOf(line, log_life);
    this.#fresh.set(digest, place);
  }

  /** Gives what a flush writes; from here on, new keys wait for the next one. */
  beginFlush(): ReadonlyMap<string, KeyPlace> {
    this.#flushing = this.#fresh;
    this.#fresh = new Map();
    return this.#flushing;
  }

  /** The file holds what the flush wrote. */
  endFlush(): void {
    this.#flushing = new Map();
  }
}

/** Puts a line of a log into the table itself, while the catalog is rebuilt. */
export function putLine(table: IdempotencyTable, line: RecordedEvent, life: LogLife): void {
  if (line.idempotency === undefined) return;
  const { digest, place } = placeOf(line, life);
  table.put(digest, place);
}

function placeOf(line: RecordedEvent, { log: { user_id, session_id }, life, state }: LogLife) {
  const log = { user_id, session_id };
  const place: KeyPlace = { log, life, seq: line.seq };
  return { digest: digestOf(lineScope(line, log, state.kind)!), place };
}

/** A scope may be long, and its digest is as good a name. */
function digestOf(scope: string): string {
  return hash("sha256", scope, "base64url");
}
