import { type LogName, type Recorder, RecorderError } from "@session-ledger/schema_recorder";
import {
  type Agent,
  type AgentMessage,
  type AgentMessageContentSchema,
  type AgentSession as AgentSessionAnswer,
  type JsonObject,
  type Line,
  toServerTime,
} from "@session-ledger/session_contract";
import type { AgentRow, AgentSessionRow, MessageRow } from "@session-ledger/session_domain";
import type { z } from "zod";

type MessageContent = z.infer<typeof AgentMessageContentSchema>;

/** What an answer is made of was erased or hidden since the session was folded. */
export class ContentGone extends RecorderError {
  constructor() {
    super("STORE_UNAVAILABLE", "what was read is not to be shown any more");
  }
}

/** Lines of one log by their `seq`, read once for all that an answer holds. */
class Lines {
  readonly #by_seq: ReadonlyMap<number, Line>;

  private constructor(lines: readonly Line[]) {
    this.#by_seq = new Map(lines.map((line) => [line.seq, line]));
  }

  /** The lines with these numbers, the first `least` of them at least; 0 is none. */
  static async read(
    recorder: Pick<Recorder, "pick">,
    log: LogName,
    seqs: readonly number[],
    least: number,
  ): Promise<Lines> {
    const missing = new Set(seqs.filter((seq) => seq > 0));
    const lines: Line[] = [];
    while (seqs.slice(0, least).some((seq) => missing.has(seq))) {
      const picked = await recorder.pick(log, [...missing]);
      lines.push(...picked);
      for (const { seq } of picked) missing.delete(seq);
    }
    return new Lines(lines);
  }

  /** Whether all of these were read. */
  hold(seqs: readonly number[]): boolean {
    return seqs.every((seq) => seq === 0 || this.#by_seq.has(seq));
  }

  /** What a line's event has under `field`; undefined for line 0, which no log has. */
  field(seq: number, field: string): unknown {
    const event: JsonObject | undefined = this.#by_seq.get(seq)?.event;
    if (event !== undefined && Object.hasOwn(event, "$erased")) throw new ContentGone();
    return event?.[field];
  }
}

/** Answers from what is kept of objects and from the lines that hold their contents. */
export class Contents {
  readonly #recorder: Pick<Recorder, "pick">;

  constructor(recorder: Pick<Recorder, "pick">) {
    this.#recorder = recorder;
  }

  async session(log: LogName, row: AgentSessionRow): Promise<AgentSessionAnswer> {
    const seqs = [row.state_seq];
    const lines = await Lines.read(this.#recorder, log, seqs, seqs.length);
    const multi_agent_state = (lines.field(row.state_seq, "multi_agent_state") ?? null) as JsonObject | null;
    const { session_id } = log;
    return { session_id, session_type: row.session_type, multi_agent_state, ...timesOf(row) };
  }

  /** The first of these agents, as many as are read at once. */
  async agents(log: LogName, rows: readonly AgentRow[]): Promise<Agent[]> {
    return this.#first(log, rows, stateSeqs, (row, lines) => {
      const state = (field: keyof AgentRow["state_seqs"]): JsonObject =>
        (lines.field(row.state_seqs[field], field) ?? {}) as JsonObject;
      return {
        agent_id: row.agent_id,
        state: state("state"),
        conversation_manager_state: state("conversation_manager_state"),
        internal_state: state("internal_state"),
        ...timesOf(row),
      };
    });
  }

  /** The first of these messages, as many as are read at once. */
  async messages(log: LogName, rows: readonly MessageRow[]): Promise<AgentMessage[]> {
    return this.#first(log, rows, shownSeqs, (row, lines) => {
      const { message_id, redaction_seq, content_seq } = row;
      const redaction = lines.field(redaction_seq, "redact_message") as MessageContent | undefined;
      const message = redaction ?? (lines.field(content_seq, "message") as MessageContent);
      return { message_id, message, redact_message: redaction ?? null, ...timesOf(row) };
    });
  }

  /** Answers from the first rows, as many as one reading of the lines tells of, and at least from the first. */
  async #first<Row, Answer>(
    log: LogName,
    rows: readonly Row[],
    seqsOf: (row: Row) => readonly number[],
    make: (row: Row, lines: Lines) => Answer,
  ): Promise<Answer[]> {
    const [first] = rows;
    if (first === undefined) return [];
    const lines = await Lines.read(this.#recorder, log, rows.flatMap(seqsOf), seqsOf(first).length);
    const end = rows.findIndex((row) => !lines.hold(seqsOf(row)));
    return rows.slice(0, end === -1 ? rows.length : end).map((row) => make(row, lines));
  }
}

function stateSeqs({ state_seqs }: AgentRow): readonly number[] {
  return Object.values(state_seqs);
}

/** The line that a message is shown from. What is hidden is not even read. */
function shownSeqs({ redaction_seq, content_seq }: MessageRow): readonly number[] {
  return [redaction_seq === 0 ? content_seq : redaction_seq];
}

function timesOf({ created_ms, updated_ms }: { readonly created_ms: number; readonly updated_ms: number }) {
  return { created_at: toServerTime(created_ms), updated_at: toServerTime(updated_ms) };
}
