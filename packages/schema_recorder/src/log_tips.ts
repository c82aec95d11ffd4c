import { randomUUID } from "node:crypto";
import type { Line } from "@session-ledger/session_contract";
import { fold } from "@session-ledger/session_domain";
import type { Catalog } from "./catalog/catalog.ts";
import { type CatalogEntry, newEntry } from "./catalog/catalog_entry.ts";
import type { Chain } from "./journal/queued_append.ts";
import type { ChainPosition } from "./line_decoder.ts";
import { logKey } from "./log_paths.ts";
import type { AppendOptions, LogName } from "./recorder.ts";
import { RecorderError } from "./recorder_error.ts";
import { TransientMap } from "./transient_map.ts";

/** Where the next append to a log goes. */
export interface Tip {
  readonly chain: Chain;
  /** What the catalog will know of the log once every append before the tip is durable. */
  readonly entry: CatalogEntry;
}

/**
 * The tips of logs with appends on their way to the disk, which are ahead of the catalog. Each append is decided on
 * the one before it, durable or not.
 */
export class LogTips {
  readonly #catalog: Catalog;
  readonly #tips = new TransientMap<string, Tip>();
  readonly #waiting = new Map<string, PromiseWithResolvers<void>>();

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
    return { chain: { broken: false }, entry: this.#catalog.get(log) ?? newEntry(log, newIncarnation()) };
  }

  /** Moves the tip past an append that is being queued. */
  advance(
    { chain, entry }: Tip,
    lines: readonly Line[],
    byte_count: number,
    { claim, release }: AppendOptions,
  ): Tip {
    const { hash, recorded_at } = lines.at(-1)!;
    const kept = entry.claim === release ? undefined : entry.claim;
    const tip: Tip = {
      chain,
      entry: {
        ...entry,
        state: fold(lines, entry.state),
        hash,
        recorded_at,
        bytes: entry.bytes + byte_count,
        claim: claim ?? kept,
      },
    };
    this.#tips.set(logKey(entry.log), tip);
    return tip;
  }

  /** The append that ends at `tip` is durable, and the catalog knows it. */
  settle(tip: Tip): void {
    const key = logKey(tip.entry.log);
    if (this.#tips.get(key) === tip) this.#forget(key);
  }

  /** An append of the chain was refused: the next append is decided on what is durable. */
  abandon(log: LogName, chain: Chain): void {
    if (this.#tips.get(logKey(log))?.chain === chain) this.#forget(logKey(log));
  }

  /** Resolves when no append to the log is on its way. */
  async settled(log: LogName): Promise<void> {
    const key = logKey(log);
    while (this.#tips.has(key)) {
      const waiting = this.#waiting.get(key) ?? Promise.withResolvers<void>();
      this.#waiting.set(key, waiting);
      await waiting.promise;
    }
  }

  #forget(key: string): void {
    this.#tips.delete(key);
    this.#waiting.get(key)?.resolve();
    this.#waiting.delete(key);
  }
}

/**
 * Where the chain stands that an append goes on, undefined before the first line.
 * @throws RecorderError `LOG_ARCHIVED`, `SEQ_CONFLICT`
 */
export function expectedPosition({ entry }: Tip, { expected_seq }: AppendOptions): ChainPosition | undefined {
  const { log, state, hash, recorded_at, archived_at } = entry;
  if (archived_at !== undefined && expected_seq > 0) throw new RecorderError("LOG_ARCHIVED", logKey(log));
  if (state.seq !== expected_seq) {
    throw new RecorderError("SEQ_CONFLICT", `${logKey(log)} is at ${state.seq}, not ${expected_seq}`);
  }
  return state.seq === 0 ? undefined : { seq: state.seq, hash, recorded_at };
}

/** 16 random hex digits, from the parts of a UUID that are random throughout: Node has UUIDs in stock. */
export function newIncarnation(): string {
  const uuid = randomUUID();
  return uuid.slice(0, 8) + uuid.slice(-8);
}
