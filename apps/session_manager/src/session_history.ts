import {
  faultError,
  type LogName,
  type RawLines,
  type Recorder,
  type SessionEntry,
} from "@session-ledger/schema_recorder";
import type { AuditEntry } from "@session-ledger/session_contract";
import { evolve, INITIAL_STATE, transitionOf } from "@session-ledger/session_domain";

/** How many bytes of lines a page holds at the most, but for a single line that is longer. */
export const PAGE_BYTES_MAX = 4 * 1024 * 1024;

const NEWLINE = 0x0a;

/** Which lines of a session are asked for: `limit` of them, after line `after`. */
export interface LineRange {
  readonly after: number;
  readonly limit: number;
}

/** Some lines of a session, each as the bytes that stand in the log, without its newline. */
export interface LinePage {
  readonly lines: readonly Buffer[];
  /** The last of the lines, if others follow. */
  readonly next_after: number | null;
}

/** What a session's log tells of it, up to the line at which its entry stands. */
export class SessionHistory {
  readonly #recorder: Recorder;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /** Every transition of a session, in order. */
  async audit({ log, state }: SessionEntry): Promise<AuditEntry[]> {
    const audit: AuditEntry[] = [];
    await this.#recorder.replay(
      log,
      (before, line) => {
        const transition = transitionOf(log.session_id, before, line);
        if (transition !== undefined) audit.push(transition);
        return evolve(before, line);
      },
      INITIAL_STATE,
      { until_seq: state.seq },
    );
    return audit;
  }

  /** A page of lines. It ends early rather than hold too many bytes. */
  async page(entry: SessionEntry, { after, limit }: LineRange): Promise<LinePage> {
    const lines: Buffer[] = [];
    const last = entry.state.seq;
    const next_after = (): number | null => (after + lines.length < last ? after + lines.length : null);
    let bytes_left = PAGE_BYTES_MAX;
    for await (const raw of this.raw(entry, { after, limit })) {
      for (const line of eachLine(raw)) {
        bytes_left -= line.length;
        if (bytes_left < 0 && lines.length > 0) return { lines, next_after: next_after() };
        lines.push(line);
      }
    }
    return { lines, next_after: lines.length > 0 ? next_after() : null };
  }

  /** Lines as they stand in the log, in groups. */
  raw({ log, state }: SessionEntry, { after, limit }: LineRange): AsyncIterable<RawLines> {
    return this.#recorder.readRaw(log, { after_seq: after, until_seq: Math.min(after + limit, state.seq) });
  }

  /** Lines as they stand in the log, then each further one as it is recorded, until the signal. */
  tail(log: LogName, after: number, signal: AbortSignal): AsyncIterable<RawLines> {
    return this.#recorder.tailRaw(log, { after_seq: after, signal });
  }

  /**
   * The entry as it is now, undefined if the log is gone.
   * @throws RecorderError `LOG_CORRUPT`, `LOG_TRUNCATED` or `LOG_FORMAT_UNSUPPORTED` for a damaged log
   */
  async refreshed({ log }: SessionEntry): Promise<SessionEntry | undefined> {
    const entries = await this.#recorder.find(log.session_id);
    const entry = entries.find((each) => each.log.user_id === log.user_id);
    if (entry?.fault !== undefined) throw faultError(entry.fault);
    return entry;
  }
}

/** The lines of a group one by one, without their newlines. */
export function* eachLine({ bytes }: RawLines): Generator<Buffer, void> {
  for (let start = 0, end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    yield bytes.subarray(start, end);
    start = end + 1;
  }
}
