import { hash } from "node:crypto";
import { type Copy, findCopies } from "./copies.ts";
import { encodeBytes, isWithinCharacter } from "./new_bytes.ts";
import type { PartRecord, PutRecord, RecordPiece } from "./storage_record.ts";
import type { StoredValue } from "./stored_value.ts";
import type { ValueList } from "./value_list.ts";

/** How many new bytes one record holds: in base64, and with what stands around them, a line has room for more. */
export const RECORD_BYTES_MAX = 256 * 1024;

/** New bytes below this are not worth a record of their own. */
const PIECES_BYTES_MAX = RECORD_BYTES_MAX / 2;

/**
 * The records that give a key its value, to stand behind those of `list`: parts, if there is more that is new than one
 * record holds, and the put, last. Only the put changes anything, so a row that breaks off changes nothing, and the parts
 * that it left are taken up by the next write of the same bytes: of writers in each other's way, each comes nearer its end.
 */
export function recordsOf(
  key: string,
  value: StoredValue,
  list: ValueList,
): readonly [...PartRecord[], PutRecord] {
  const target = value.bytes();
  const base_key = list.get(key) === undefined ? list.newest_key : key;
  const base = base_key === undefined ? undefined : list.get(base_key);
  const parts: PartRecord[] = [];
  const places = new Map<string, number>();
  const pieces: RecordPiece[] = [];
  let inline_bytes = 0;
  const placeOf = (bytes: Uint8Array): number => {
    const sha256 = hash("sha256", bytes, "hex");
    const known = list.partPlace(sha256) ?? places.get(sha256);
    if (known !== undefined) return known;
    parts.push({ part: encodeBytes(bytes) });
    const place = list.count + parts.length;
    places.set(sha256, place);
    return place;
  };
  const add = (from: number, to: number): void => {
    for (let at = from; at < to; ) {
      const end = Math.min(to, at + RECORD_BYTES_MAX);
      const bytes = target.subarray(at, end);
      if (inline_bytes + bytes.length <= PIECES_BYTES_MAX) {
        inline_bytes += bytes.length;
        pieces.push(encodeBytes(bytes));
      } else {
        pieces.push({ part: placeOf(bytes) });
      }
      at = end;
    }
  };
  let at = 0;
  for (const copy of base === undefined ? [] : findCopies(base.bytes(), target)) {
    const { base_at, target_at, length } = withinCharacters(copy, target);
    if (length <= 0) continue;
    add(at, target_at);
    pieces.push({ copy: [base_at, length] });
    at = target_at + length;
  }
  add(at, target.length);
  const { length: bytes, sha256 } = value;
  return [...parts, { put: key, base: base_key ?? null, bytes, sha256, pieces }];
}

/** The copy, cut so that what is new on both sides of it begins and ends with a character, and so can be text. */
function withinCharacters({ base_at, target_at, length }: Copy, target: Uint8Array): Copy {
  let skipped = 0;
  while (skipped < length && isWithinCharacter(target[target_at + skipped])) skipped += 1;
  let end = target_at + length;
  while (end > target_at + skipped && isWithinCharacter(target[end])) end -= 1;
  return {
    base_at: base_at + skipped,
    target_at: target_at + skipped,
    length: end - target_at - skipped,
  };
}
