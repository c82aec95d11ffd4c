import { type LogName, type Recorder, TransientMap } from "@session-ledger/schema_recorder";
import type { A3CPMessage, Line } from "@session-ledger/session_contract";
import { isOpen } from "@session-ledger/session_domain";
import type { KnownSession } from "./models.ts";
import { UuidSet } from "./uuid_set.ts";

/** About what is kept of a session beside its ids, in bytes. */
const SESSION_BYTES = 400;

export interface RecordIdsOptions {
  readonly recorder: Pick<Recorder, "replay">;
  /** How much memory the ids may take. Those of the session that was asked for last are kept however many they are. */
  readonly bytes_max: number;
}

/** The `record_id`s of a log's events up to one of its lines. */
interface KnownIds {
  readonly ids: UuidSet;
  seq: number;
  /** How many bytes it counts for. */
  bytes: number;
}

/**
 * The `record_id`s of open sessions, which tell whether a message came before. They are kept in memory as long as there
 * is room; those of the session that was asked for longest ago go first, and are read from its log when it is asked for
 * again. What is kept of a log is always all up to some line, also for who asks while it is read.
 */
export class RecordIds {
  readonly #options: RecordIdsOptions;
  /** The least recently used first. */
  readonly #kept = new TransientMap<string, KnownIds>();
  #bytes = 0;

  constructor(options: RecordIdsOptions) {
    this.#options = options;
  }

  /** About how much memory is taken. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Whether an event of the session has the message's `record_id`. Only the session that would take the message is asked:
   * for another it is false. Throws as `replay` of the recorder does.
   */
  async hasThatOf(
    { user_id, record_id }: Pick<A3CPMessage, "user_id" | "record_id">,
    { log, state }: KnownSession,
  ): Promise<boolean> {
    if (state.status !== "active" || log.user_id !== user_id) return false;
    const key = keyOf(log);
    const known = this.#kept.get(key) ?? noIds();
    if (known.seq < state.seq) {
      const options = { after_seq: known.seq, until_seq: state.seq };
      await this.#options.recorder.replay(log, take, known, options);
    }
    this.#keep(key, known);
    return known.ids.has(record_id);
  }

  /** Takes the last lines of a session. Those that do not follow what is kept are read when they are needed. */
  advance({ log, state }: KnownSession, lines: readonly Line[]): void {
    const key = keyOf(log);
    if (!isOpen(state)) {
      this.#drop(key);
      return;
    }
    const first_seq = lines[0]!.seq;
    const known = first_seq === 1 ? noIds() : this.#kept.get(key);
    if (known?.seq !== first_seq - 1) return;
    lines.reduce(take, known);
    this.#keep(key, known);
  }

  #keep(key: string, known: KnownIds): void {
    this.#drop(key);
    known.bytes = SESSION_BYTES + known.ids.bytes;
    this.#kept.set(key, known);
    this.#bytes += known.bytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#options.bytes_max || oldest === key) return;
      this.#drop(oldest);
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#kept.get(key)?.bytes ?? 0;
    this.#kept.delete(key);
  }
}

function noIds(): KnownIds {
  return { ids: new UuidSet(), seq: 0, bytes: 0 };
}

function take(known: KnownIds, { seq, event }: Line): KnownIds {
  known.ids.add(String(event["record_id"]));
  known.seq = seq;
  return known;
}

function keyOf({ user_id, session_id }: LogName): string {
  return `${user_id}/${session_id}`;
}
