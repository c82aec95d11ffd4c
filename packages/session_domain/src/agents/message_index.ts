import { MessageChunk } from "./message_chunk.ts";
import type { MessageRow } from "./message_row.ts";

/**
 * An agent's messages in the order of their ids. Appending the greatest id costs the same however many there are; an
 * insertion elsewhere moves a chunk's rows and the list of chunks; a page costs its rows and a count of the chunks.
 */
export class MessageIndex {
  readonly #chunks: MessageChunk[] = [];
  #size = 0;
  #bytes = 0;

  get size(): number {
    return this.#size;
  }

  /** How much memory the rows take. */
  get bytes(): number {
    return this.#bytes;
  }

  get(message_id: number): MessageRow | undefined {
    const chunk = this.#chunks[this.#chunkFor(message_id)];
    const row = chunk?.at(chunk.rankOf(message_id));
    return row?.message_id === message_id ? row : undefined;
  }

  /** Puts a row in its place, or in that of the one with its id. */
  set(row: MessageRow): void {
    const at = this.#chunkFor(row.message_id);
    const chunk = this.#chunks[at];
    if (chunk === undefined) {
      this.#append(row);
      return;
    }
    const rank = chunk.rankOf(row.message_id);
    if (chunk.at(rank)?.message_id === row.message_id) chunk.replace(rank, row);
    else if (!chunk.is_full) this.#insert(chunk, rank, row);
    else if (at === this.#chunks.length - 1 && rank === chunk.size) this.#append(row);
    else {
      const greater = chunk.split();
      this.#chunks.splice(at + 1, 0, greater);
      this.#bytes += greater.bytes;
      this.set(row);
    }
  }

  delete(message_id: number): void {
    const at = this.#chunkFor(message_id);
    const chunk = this.#chunks[at];
    const rank = chunk?.rankOf(message_id) ?? 0;
    if (chunk?.at(rank)?.message_id !== message_id) return;
    chunk.remove(rank);
    this.#size -= 1;
    if (chunk.size > 0) return;
    this.#chunks.splice(at, 1);
    this.#bytes -= chunk.bytes;
  }

  /** How many messages have smaller ids. */
  rankOf(message_id: number): number {
    let rank = 0;
    for (const chunk of this.#chunks) {
      if (chunk.last_id >= message_id) return rank + chunk.rankOf(message_id);
      rank += chunk.size;
    }
    return rank;
  }

  /** At most `count` rows from the one at `rank` on, in ascending order. */
  slice(rank: number, count: number): MessageRow[] {
    const rows: MessageRow[] = [];
    let skipped = rank;
    for (const chunk of this.#chunks) {
      for (let at = skipped; at < chunk.size && rows.length < count; at += 1) rows.push(chunk.at(at)!);
      if (rows.length === count) break;
      skipped = Math.max(0, skipped - chunk.size);
    }
    return rows;
  }

  /** The chunk that holds an id or is the place for it: the last one that begins with no greater id. */
  #chunkFor(message_id: number): number {
    let from = 0;
    let to = this.#chunks.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.#chunks[middle]!.first_id <= message_id) from = middle + 1;
      else to = middle;
    }
    return Math.max(0, from - 1);
  }

  #append(row: MessageRow): void {
    const chunk = new MessageChunk();
    this.#chunks.push(chunk);
    this.#bytes += chunk.bytes;
    this.#insert(chunk, 0, row);
  }

  #insert(chunk: MessageChunk, rank: number, row: MessageRow): void {
    const bytes = chunk.bytes;
    chunk.insert(rank, row);
    this.#bytes += chunk.bytes - bytes;
    this.#size += 1;
  }
}
