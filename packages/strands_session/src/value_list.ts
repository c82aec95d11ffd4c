import { hash } from "node:crypto";
import { decodeBytes } from "./new_bytes.ts";
import type { PutRecord, RecordPiece, StorageRecord } from "./storage_record.ts";
import { StoredValue } from "./stored_value.ts";

interface Part {
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/** What the records of one list say: the value of each key. */
export class ValueList {
  readonly #values = new Map<string, StoredValue>();
  /** Bytes by the place of their record, until the put that takes them up. */
  readonly #parts = new Map<number, Part>();
  readonly #part_places = new Map<string, number>();
  #count = 0;

  /** How many records were applied. */
  get count(): number {
    return this.#count;
  }

  get keys(): readonly string[] {
    return [...this.#values.keys()];
  }

  /** About how much memory it takes. */
  get bytes(): number {
    let bytes = 0;
    for (const { length } of this.#values.values()) bytes += length;
    for (const part of this.#parts.values()) bytes += part.bytes.length;
    return bytes;
  }

  get(key: string): StoredValue | undefined {
    return this.#values.get(key);
  }

  /** The key whose value was put last: what the value of a new key has most in common with. */
  get newest_key(): string | undefined {
    return this.keys.at(-1);
  }

  /** Where a part with these bytes stands that no put has taken up; a write that was interrupted left it. */
  partPlace(sha256: string): number | undefined {
    return this.#part_places.get(sha256);
  }

  apply(record: StorageRecord): void {
    this.#count += 1;
    if ("part" in record) this.#addPart(decodeBytes(record.part));
    else if ("put" in record) this.#put(record);
    else this.#values.delete(record.delete);
  }

  #put({ put, base, sha256, pieces }: PutRecord): void {
    const base_value = base === null ? undefined : this.#values.get(base);
    const bytes = pieces.flatMap((piece) => this.#bytesOf(piece, base_value));
    for (const piece of pieces) if ("part" in piece) this.#dropPart(piece.part);
    this.#values.delete(put);
    this.#values.set(put, new StoredValue(bytes, sha256));
  }

  #addPart(bytes: Uint8Array): void {
    const sha256 = hash("sha256", bytes, "hex");
    this.#parts.set(this.#count, { bytes, sha256 });
    this.#part_places.set(sha256, this.#count);
  }

  #dropPart(place: number): void {
    const sha256 = this.#parts.get(place)?.sha256;
    this.#parts.delete(place);
    if (sha256 !== undefined && this.#part_places.get(sha256) === place) this.#part_places.delete(sha256);
  }

  #bytesOf(piece: RecordPiece, base: StoredValue | undefined): readonly Uint8Array[] {
    if ("copy" in piece) return base?.slice(...piece.copy) ?? [];
    if ("part" in piece) return [this.#parts.get(piece.part)?.bytes ?? new Uint8Array()];
    return [decodeBytes(piece)];
  }
}
