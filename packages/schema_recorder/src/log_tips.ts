import { randomBytes } from "node:crypto";
import type { Line } from "@session-ledger/session_contract";
import type { Catalog } from "./catalog/catalog.ts";
import { newEntry } from "./catalog/catalog_entry.ts";
import type { Chain } from "./journal/commit_queue.ts";
import { INCARNATION_BYTES } from "./journal/frame.ts";
import { logKey } from "./log_paths.ts";
import type { LogName } from "./recorder.ts";

/** Where the next append to a log goes. */
export interface Tip {
  readonly chain: Chain;
  readonly seq: number;
  readonly hash: string;
  readonly recorded_at: string;
  readonly bytes: number;
  readonly incarnation: string;
}

/**
 * The tips of logs with appends on their way to the disk, which are ahead of the catalog. Each append is decided on
 * the one before it, durable or not.
 */
export class LogTips {
  readonly #catalog: Catalog;
  readonly #tips = new Map<string, Tip>();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  has(log: LogName): boolean {
    return this.#tips.has(logKey(log));
  }

  /** The tip of a log: after its last queued append, or else after its last durable line. */
  of(log: LogName): Tip {
    const tip = this.#tips.get(logKey(log));
    if (tip !== undefined) return tip;
    const entry = this.#catalog.get(log) ?? newEntry(log, randomBytes(INCARNATION_BYTES).toString("hex"));
    const { hash, recorded_at, bytes, incarnation } = entry;
    return { chain: { broken: false }, seq: entry.state.seq, hash, recorded_at, bytes, incarnation };
  }

  /** Moves the tip past an append that is being queued. */
  advance(log: LogName, { chain, bytes, incarnation }: Tip, lines: readonly Line[], byte_count: number): Tip {
    const { seq, hash, recorded_at } = lines.at(-1)!;
    const tip = { chain, seq, hash, recorded_at, bytes: bytes + byte_count, incarnation };
    this.#tips.set(logKey(log), tip);
    return tip;
  }

  /** The append that ends at `tip` is durable, and the catalog knows it. */
  settle(log: LogName, tip: Tip): void {
    if (this.#tips.get(logKey(log)) === tip) this.#tips.delete(logKey(log));
  }

  /** An append of the chain was refused: the next append is decided on what is durable. */
  abandon(log: LogName, chain: Chain): void {
    if (this.#tips.get(logKey(log))?.chain === chain) this.#tips.delete(logKey(log));
  }
}
