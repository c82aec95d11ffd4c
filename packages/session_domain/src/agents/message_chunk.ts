import { type MessageRow, ROW_NUMBERS, readRow, writeRow } from "./message_row.ts";

/** How many rows a chunk holds: what an insertion moves at the most. */
export const CHUNK_ROWS_MAX = 512;
const CHUNK_ROWS_MIN = 4;
const NUMBER_BYTES = 8;

/** A run of messages in the order of their ids, as plain numbers side by side. */
export class MessageChunk {
  #numbers: Float64Array;
  #rows = 0;

  constructor(numbers: Float64Array = new Float64Array(CHUNK_ROWS_MIN * ROW_NUMBERS)) {
    this.#numbers = numbers;
  }

  get size(): number {
    return this.#rows;
  }

  get is_full(): boolean {
    return this.#rows === CHUNK_ROWS_MAX;
  }

  get first_id(): number {
    return this.#numbers[0]!;
  }

  get last_id(): number {
    return this.#numbers[(this.#rows - 1) * ROW_NUMBERS]!;
  }

  /** How much memory its rows take. */
  get bytes(): number {
    return this.#numbers.length * NUMBER_BYTES;
  }

  /** How many rows have smaller ids. */
  rankOf(message_id: number): number {
    let from = 0;
    let to = this.#rows;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.#numbers[middle * ROW_NUMBERS]! < message_id) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  at(rank: number): MessageRow | undefined {
    return rank < this.#rows ? readRow(this.#numbers, rank * ROW_NUMBERS) : undefined;
  }

  replace(rank: number, row: MessageRow): void {
    writeRow(this.#numbers, rank * ROW_NUMBERS, row);
  }

  insert(rank: number, row: MessageRow): void {
    if (this.#rows * ROW_NUMBERS === this.#numbers.length) this.#grow();
    this.#numbers.copyWithin((rank + 1) * ROW_NUMBERS, rank * ROW_NUMBERS, this.#rows * ROW_NUMBERS);
    writeRow(this.#numbers, rank * ROW_NUMBERS, row);
    this.#rows += 1;
  }

  remove(rank: number): void {
    this.#numbers.copyWithin(rank * ROW_NUMBERS, (rank + 1) * ROW_NUMBERS, this.#rows * ROW_NUMBERS);
    this.#rows -= 1;
  }

  /** Gives up the greater half of its rows. */
  split(): MessageChunk {
    const kept = this.#rows >>> 1;
    const other = new MessageChunk(new Float64Array(CHUNK_ROWS_MAX * ROW_NUMBERS));
    other.#numbers.set(this.#numbers.subarray(kept * ROW_NUMBERS, this.#rows * ROW_NUMBERS));
    other.#rows = this.#rows - kept;
    this.#rows = kept;
    return other;
  }

  #grow(): void {
    const numbers = new Float64Array(this.#numbers.length * 2);
    numbers.set(this.#numbers);
    this.#numbers = numbers;
  }
}
