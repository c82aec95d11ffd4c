import type { LogName, Recorder, SessionEntry } from "@session-ledger/schema_recorder";
import type { Line } from "@session-ledger/session_contract";
import { AgentSession } from "@session-ledger/session_domain";

/** How many lines are read at once to catch up with a log; of more, the log is folded anew. */
const CATCH_UP_LINES = 1_000;

/** How often is read before the session is taken as it is: its log may have been replaced by a shorter one meanwhile. */
const READS_MAX = 3;

/**
 * A session of agents in memory: the fold of its log up to some line, and the messages that are being recorded behind
 * it. What is not durable is not in the fold, so nobody reads it.
 */
export class FoldedSession {
  readonly log: LogName;
  #session = new AgentSession();
  /** An earlier line's content was erased. */
  #must_refold = false;
  #catching_up: Promise<void> | undefined;
  /** What is being recorded, by a name that two requests share only if they create the same. */
  readonly #creating = new Set<string>();
  #is_broken = false;
  #settled: PromiseWithResolvers<void> | undefined;

  constructor(log: LogName) {
    this.log = log;
  }

  get session(): AgentSession {
    return this.#session;
  }

  get is_in_use(): boolean {
    return this.#creating.size > 0;
  }

  /** The `seq` that the next append is decided on: behind what is being recorded. */
  get tip_seq(): number {
    return this.#session.seq + this.#creating.size;
  }

  /** Whether a creation of this name must wait: the same is under way, or one before it failed. */
  mustWaitFor(name: string): boolean {
    return this.#is_broken || this.#creating.has(name);
  }

  /** Records what was decided on `tip_seq`, while others may do the same behind it. */
  async create(name: string, append: (expected_seq: number) => Promise<Line>): Promise<Line> {
    const expected_seq = this.tip_seq;
    this.#creating.add(name);
    try {
      const line = await append(expected_seq);
      this.advance(line);
      return line;
    } catch (error) {
      // Whatever was decided behind it fails too; nothing more is until all of it has.
      this.#is_broken = true;
      throw error;
    } finally {
      this.#creating.delete(name);
      if (this.#creating.size === 0) this.#settle();
    }
  }

  /** Resolves when nothing is being recorded. */
  async settled(): Promise<void> {
    if (this.#creating.size === 0) return;
    this.#settled ??= Promise.withResolvers();
    await this.#settled.promise;
  }

  /** Takes a line that is durable. One that is not the next is left to `catchUp`. */
  advance(line: Line): void {
    if (line.seq !== this.#session.seq + 1) return;
    this.#session.apply(line);
    if (line.type === "line.erased") this.#must_refold = true;
  }

  /** Reads on to where the log stood when the catalog told of it, or anew if an earlier line is no longer the same. */
  async catchUp(entry: SessionEntry, recorder: Pick<Recorder, "pick" | "replay">): Promise<void> {
    for (let reads = 0; reads < READS_MAX && !this.#hasReached(entry); reads += 1) {
      this.#catching_up ??= this.#readOn(entry, recorder).finally(() => {
        this.#catching_up = undefined;
      });
      await this.#catching_up;
    }
  }

  #hasReached({ state, hash }: SessionEntry): boolean {
    const session = this.#session;
    if (this.#must_refold) return false;
    return session.seq > state.seq || (session.seq === state.seq && session.hash === hash);
  }

  async #readOn(entry: SessionEntry, recorder: Pick<Recorder, "pick" | "replay">): Promise<void> {
    do {
      if (!(await this.#readNext(entry, recorder))) return this.#readAnew(recorder);
    } while (this.#session.seq < entry.state.seq);
  }

  /** Takes the next lines, as many as are read at once; false if the log is to be folded anew. */
  async #readNext({ state }: SessionEntry, recorder: Pick<Recorder, "pick">): Promise<boolean> {
    const { seq, hash } = this.#session;
    const missing = state.seq - seq;
    if (seq === 0 || missing <= 0 || missing > CATCH_UP_LINES || this.#must_refold) return false;
    const seqs = Array.from({ length: missing + 1 }, (_, at) => seq + at);
    const [known, ...lines] = await recorder.pick(this.log, seqs);
    if (known!.hash !== hash) return false;
    for (const line of lines) this.advance(line);
    return lines.length > 0;
  }

  async #readAnew(recorder: Pick<Recorder, "replay">): Promise<void> {
    this.#must_refold = false;
    this.#session = await recorder.replay(
      this.log,
      (session, line) => {
        session.apply(line);
        return session;
      },
      new AgentSession(),
    );
  }

  #settle(): void {
    this.#is_broken = false;
    this.#settled?.resolve();
    this.#settled = undefined;
  }
}
