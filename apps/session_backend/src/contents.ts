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

  /** The lines with these numbers; 0 is none. */
  static async read(recorder: Pick<Recorder, "pick">, log: LogName, seqs: Iterable<number>): Promise<Lines> {
    const wanted = [...new Set(seqs)].filter((seq) => seq > 0);
    return new Lines(wanted.length === 0 ? [] : await recorder.pick(log, wanted));
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
    const lines = await Lines.read(this.#recorder, log, [row.state_seq]);
    const multi_agent_state = (lines.field(row.state_seq, "multi_agent_state") ?? null) as JsonObject | null;
    const { session_id } = log;
    return { session_id, session_type: row.session_type, multi_agent_state, ...timesOf(row) };
  }

  async agents(log: LogName, rows: readonly AgentRow[]): Promise<Agent[]> {
    const seqs = rows.flatMap(({ state_seqs }) => Object.values(state_seqs));
    const lines = await Lines.read(this.#recorder, log, seqs);
    return rows.map((row) => {
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

  async messages(log: LogName, rows: readonly MessageRow[]): Promise<AgentMessage[]> {
    const lines = await Lines.read(this.#recorder, log, rows.map(shownSeq));
    return rows.map((row) => {
      const { message_id, redaction_seq, content_seq } = row;
      const redaction = lines.field(redaction_seq, "redact_message") as MessageContent | undefined;
      const message = redaction ?? (lines.field(content_seq, "message") as MessageContent);
      return { message_id, message, redact_message: redaction ?? null, ...timesOf(row) };
    });
  }
}

/** The line that a message is shown from. What is hidden is not even read. */
function shownSeq({ redaction_seq, content_seq }: MessageRow): number {
  return redaction_seq === 0 ? content_seq : redaction_seq;
}

function timesOf({ created_ms, updated_ms }: { readonly created_ms: number; readonly updated_ms: number }) {
  return { created_at: toServerTime(created_ms), updated_at: toServerTime(updated_ms) };
}
