// The table of idempotency keys in the catalog's file: the digest of a request's scope, and where the line stands that
// the request caused. It holds no key and no body, so it says nothing that the logs do not.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import type { LinePlace, LogName } from "../recorder.ts";
import { CatalogDamaged } from "./catalog_row.ts";

export const IDEMPOTENCY_SCHEMA = `
  CREATE TABLE idempotency_keys (
    scope TEXT PRIMARY KEY, user_id TEXT, session_id TEXT, life TEXT, seq INTEGER, crc INTEGER
  ) WITHOUT ROWID, STRICT;
  CREATE INDEX idempotency_keys_by_log ON idempotency_keys (user_id, session_id);
`;

/** Where a key's line stands, and in which life of its log: an erased log may be made anew under the same name. */
export interface KeyPlace extends LinePlace {
  readonly life: string;
}

/** A key by its digest. */
export type PlacedKey = readonly [digest: string, place: KeyPlace];

export class IdempotencyTable {
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #remove: StatementSync;

  constructor(database: DatabaseSync) {
    this.#get = database.prepare("SELECT * FROM idempotency_keys WHERE scope = ?");
    this.#put = database.prepare("INSERT OR REPLACE INTO idempotency_keys VALUES (?, ?, ?, ?, ?, ?)");
    this.#remove = database.prepare("DELETE FROM idempotency_keys WHERE user_id = ? AND session_id = ?");
  }

  /** @throws CatalogDamaged */
  get(digest: string): KeyPlace | undefined {
    const row = this.#get.get(digest);
    if (row === undefined) return undefined;
    const place: KeyPlace = {
      log: { user_id: String(row["user_id"]), session_id: String(row["session_id"]) },
      life: String(row["life"]),
      seq: Number(row["seq"]),
    };
    if (checksum(digest, place) !== row["crc"]) throw new CatalogDamaged("a row's checksum does not hold");
    return place;
  }

  put(digest: string, place: KeyPlace): void {
    const { log, life, seq } = place;
    this.#put.run(digest, log.user_id, log.session_id, life, seq, checksum(digest, place));
  }

  /** Forgets every key of a log. */
  remove({ user_id, session_id }: LogName): void {
    this.#remove.run(user_id, session_id);
  }
}

function checksum(digest: string, { log, life, seq }: KeyPlace): number {
  return crc32(JSON.stringify([digest, log.user_id, log.session_id, life, seq]));
}
