// What a list of records says, in order:
//
//   {"part": <new>}                                  bytes that a later record of the list takes up by their place
//   {"put": key, "base": key | null, "bytes": n, "sha256": hex, "pieces": [<piece>...]}   the key's value from here on
//   {"delete": key}                                  the key has no value from here on
//
// A piece is <new> bytes, {"copy": [offset, length]} out of the value that `base` had before this record, or
// {"part": n}, the bytes of the list's n-th record, counted from 1. <new> is {"text": "..."}, which is readable, or
// {"__bytes_encoded__": true, "data": base64} for what is not UTF-8.
import type { JsonObject } from "@session-ledger/session_contract";

/** Bytes that stand in the record itself. */
export type NewBytes =
  | { readonly text: string }
  | { readonly __bytes_encoded__: true; readonly data: string };

export type RecordPiece =
  | NewBytes
  | { readonly copy: readonly [offset: number, length: number] }
  | { readonly part: number };

export interface PartRecord {
  readonly part: NewBytes;
}

export interface PutRecord {
  readonly put: string;
  readonly base: string | null;
  readonly bytes: number;
  readonly sha256: string;
  readonly pieces: readonly RecordPiece[];
}

export interface DeleteRecord {
  readonly delete: string;
}

export type StorageRecord = PartRecord | PutRecord | DeleteRecord;

/** A record as the JSON that a store keeps. */
export function toJson(record: StorageRecord): JsonObject {
  return record as unknown as JsonObject;
}

/** What a store gave back; only this package writes the lists that it reads, and each value is checked by its digest. */
export function toRecord(json: JsonObject): StorageRecord {
  return json as unknown as StorageRecord;
}
