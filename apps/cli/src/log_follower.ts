import type { JsonlReader, LogName } from "@session-ledger/schema_recorder";
import type { Line } from "@session-ledger/session_contract";
import { evolve, INITIAL_STATE, isOpen, type SessionState } from "@session-ledger/session_domain";
import { FolderChanges } from "./folder_changes.ts";
import { type LogFilter, matchingLogs } from "./log_filter.ts";

export interface FollowerOptions {
  readonly reader: JsonlReader;
  readonly log_root: string;
  readonly filter: LogFilter;
  readonly on_line: (line: Line) => Promise<void>;
  /** Takes the error of one log, which is followed no further; the others are. What it throws ends everything. */
  readonly on_log_error: (error: unknown) => void;
}

interface FollowedLog {
  readonly log: LogName;
  state: SessionState;
  tail: AbortController | undefined;
  broken: boolean;
}

/**
 * Gives out the lines of many logs and goes on as they grow and new ones come. A log is tailed, and so kept open,
 * while its session is; the folder tells when a log that is not tailed changes all the same.
 */
export class LogFollower {
  readonly #options: FollowerOptions;
  /** By file, relative to the log root. */
  readonly #logs = new Map<string, FollowedLog>();
  readonly #tails = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  #failure: { readonly error: unknown } | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
  }

  /** Follows until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const changes = new FolderChanges(this.#options.log_root, this.#options.filter.user);
    const stop = AbortSignal.any([signal, this.#stop.signal]);
    try {
      await changes.cover();
      await this.#discover(stop);
      for (let change = await changes.next(stop); change !== undefined; change = await changes.next(stop)) {
        if (change.names) {
          await changes.cover();
          await this.#discover(stop);
        }
        for (const file of change.files) await this.#catchUp(this.#logs.get(file), stop);
      }
    } finally {
      changes.close();
      this.#stop.abort();
      await Promise.all(this.#tails);
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #discover(signal: AbortSignal): Promise<void> {
    const { reader, filter } = this.#options;
    for await (const log of matchingLogs(reader, filter)) {
      if (signal.aborted) return;
      const file = reader.logFile(log);
      if (this.#logs.has(file)) continue;
      const followed = { log, state: INITIAL_STATE, tail: undefined, broken: false };
      this.#logs.set(file, followed);
      await this.#catchUp(followed, signal);
    }
  }

  /** Gives out what a log has by now, and tails it from there if its session is open. */
  async #catchUp(followed: FollowedLog | undefined, signal: AbortSignal): Promise<void> {
    if (followed === undefined || followed.tail !== undefined || followed.broken) return;
    const { reader } = this.#options;
    await this.#take(followed, reader.read(followed.log, { after_seq: followed.state.seq }), signal);
    if (signal.aborted || followed.broken || !isOpen(followed.state)) return;
    followed.tail = new AbortController();
    const task: Promise<void> = this.#tail(followed, followed.tail, signal)
      .catch((error: unknown) => {
        this.#failure ??= { error };
        this.#stop.abort();
      })
      .finally(() => this.#tails.delete(task));
    this.#tails.add(task);
  }

  async #tail(followed: FollowedLog, tail: AbortController, signal: AbortSignal): Promise<void> {
    const stop = AbortSignal.any([signal, tail.signal]);
    await this.#take(
      followed,
      this.#options.reader.tail(followed.log, { after_seq: followed.state.seq, signal: stop }),
      signal,
    );
    followed.tail = undefined;
    // Lines may stand behind the end already; no change will be told for them.
    await this.#catchUp(followed, signal);
  }

  async #take(followed: FollowedLog, lines: AsyncIterable<Line>, signal: AbortSignal): Promise<void> {
    try {
      for await (const line of lines) {
        if (signal.aborted) return;
        followed.state = evolve(followed.state, line);
        await this.#options.on_line(line);
        if (!isOpen(followed.state)) followed.tail?.abort();
      }
    } catch (error) {
      followed.broken = true;
      this.#options.on_log_error(error);
    }
  }
}
