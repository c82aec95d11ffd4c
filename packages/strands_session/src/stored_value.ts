import { hash } from "node:crypto";

/** A value of more pieces is made one piece of bytes, so that what is copied out of it is found quickly. */
const PIECES_MAX = 256;

/**
 * The bytes of a value, in pieces that it shares with the value before it. A turn changes little of a long value, so
 * replaying many turns copies piece lists, and bytes only now and then.
 */
export class StoredValue {
  readonly length: number;
  readonly sha256: string;
  #pieces: readonly Uint8Array[];
  #is_checked: boolean;

  /** The bytes of `pieces` are not copied, and must not change. */
  constructor(pieces: readonly Uint8Array[], sha256: string, is_checked = false) {
    this.#pieces = pieces;
    this.length = pieces.reduce((length, piece) => length + piece.length, 0);
    this.sha256 = sha256;
    this.#is_checked = is_checked;
    if (pieces.length > PIECES_MAX) this.#flatten();
  }

  /** A value as it is handed in. */
  static of(bytes: Uint8Array): StoredValue {
    const own = Uint8Array.from(bytes);
    return new StoredValue([own], hash("sha256", own, "hex"), true);
  }

  /** @throws Error if they are not the bytes that were stored */
  bytes(): Uint8Array {
    const flat = this.#flatten();
    if (this.#is_checked) return flat;
    if (hash("sha256", flat, "hex") !== this.sha256) {
      throw new Error("The stored value is not the one that was written: its records do not fit together.");
    }
    this.#is_checked = true;
    return flat;
  }

  /** The pieces of a part of the value; fewer bytes if it ends before. */
  slice(offset: number, length: number): Uint8Array[] {
    const slices: Uint8Array[] = [];
    let at = 0;
    for (const piece of this.#pieces) {
      const from = Math.max(0, offset - at);
      const to = Math.min(piece.length, offset + length - at);
      if (from < to) slices.push(piece.subarray(from, to));
      at += piece.length;
      if (at >= offset + length) break;
    }
    return slices;
  }

  #flatten(): Uint8Array {
    const [first] = this.#pieces;
    if (this.#pieces.length === 1 && first !== undefined) return first;
    const flat = new Uint8Array(this.length);
    let at = 0;
    for (const piece of this.#pieces) {
      flat.set(piece, at);
      at += piece.length;
    }
    this.#pieces = [flat];
    return flat;
  }
}
