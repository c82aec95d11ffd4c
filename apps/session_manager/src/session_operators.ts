// What an operator does to sessions that have ended: packs them away, brings them back, erases them. Nothing of this
// is decided by the rules of sessions but that only a deleted one is erased.
import {
  faultError,
  findSessions,
  type LogName,
  type Recorder,
  type SessionEntry,
} from "@session-ledger/schema_recorder";
import {
  type ArchiveInput,
  type EraseInput,
  LedgerError,
  type OperatorReport,
  type RestoreInput,
} from "@session-ledger/session_contract";
import { assertFound, INITIAL_STATE } from "@session-ledger/session_domain";
import type { IdGenerator } from "./idgen.ts";
import { Lanes } from "./lanes.ts";
import { type OperatorLog, SILENT_LOG } from "./models.ts";
import { isOfThisFace } from "./repository.ts";
import { ServiceError } from "./service_error.ts";

/** How many sessions are archived or erased at one request, so that each is answered in a reasonable time. */
const SESSIONS_MAX = 1_000;

/** Codes that say something about the store and not about one session: whoever asked must hear of them. */
const STORE_CODES: readonly string[] = [
  "STORE_FULL",
  "STORE_OVERLOADED",
  "STORE_UNAVAILABLE",
  "STORE_FAILED",
];

/** The session that an operator names; the user only where several have one of this id. */
interface OperatorTarget {
  readonly session_id: string;
  readonly user_id?: string | undefined;
}

/** What is done, on whose behalf, and why. */
interface OperatorAct {
  readonly act: "archive" | "restore" | "erase";
  readonly principal?: string | undefined;
  readonly reason?: string | undefined;
}

export interface SessionOperatorsOptions {
  readonly recorder: Recorder;
  readonly ids: Pick<IdGenerator, "recordId">;
  /** Those of the commands, so that none is decided on a log that goes meanwhile. */
  readonly lanes?: Lanes;
  /** Is told of each act, by ids alone. */
  readonly log?: OperatorLog;
}

export class SessionOperators {
  readonly #recorder: Recorder;
  readonly #ids: SessionOperatorsOptions["ids"];
  readonly #lanes: Lanes;
  readonly #log: OperatorLog;

  constructor({ recorder, ids, lanes = new Lanes(), log = SILENT_LOG }: SessionOperatorsOptions) {
    this.#recorder = recorder;
    this.#ids = ids;
    this.#lanes = lanes;
    this.#log = log;
  }

  /**
   * Archives a session, or whatever ended before a time. Of those, a session whose log is damaged, or that moved on
   * meanwhile, is left.
   * @throws SessionRejected `SESSION_NOT_FOUND`, and RecorderError as `archive` of the recorder does
   */
  archive(input: ArchiveInput, principal?: string): Promise<OperatorReport> {
    const act: OperatorAct = { act: "archive", principal };
    if ("session_id" in input) return this.#archive(input, act);
    return this.#archiveEndedBefore(Date.parse(input.ended_before), input.dry_run === true, act);
  }

  async #archive(target: OperatorTarget, act: OperatorAct): Promise<OperatorReport> {
    const { log } = await this.#entry(target);
    await this.#lanes.inBothLanes(log, () => this.#recorder.archive(log));
    this.#noteDone(act, log);
    return reportOn(log);
  }

  #archiveEndedBefore(ended_before_ms: number, dry_run: boolean, act: OperatorAct): Promise<OperatorReport> {
    const isDue = ({ state, archived_at, recorded_at }: SessionEntry): boolean =>
      archived_at === undefined &&
      (state.status === "stopped" || state.status === "deleted") &&
      Date.parse(state.ended_at ?? recorded_at) < ended_before_ms;
    return this.#eachOf(act, isDue, async ({ log, state }) => {
      if (dry_run) return;
      await this.#recorder.archive(log, { expected_seq: state.seq });
      this.#noteDone(act, log);
    });
  }

  /** @throws SessionRejected `SESSION_NOT_FOUND`, and RecorderError as `restore` of the recorder does */
  async restore(target: RestoreInput, principal?: string): Promise<OperatorReport> {
    const { log } = await this.#entry(target);
    await this.#lanes.inBothLanes(log, () => this.#recorder.restore(log));
    this.#noteDone({ act: "restore", principal }, log);
    return reportOn(log);
  }

  /**
   * Erases a deleted session for good, archived or not, or every deleted session of a user, or the content of one
   * line of a session in any state.
   * @throws SessionRejected `SESSION_NOT_FOUND`
   * @throws ServiceError `SESSION_NOT_DELETED`, and RecorderError as `erase` and `eraseLine` of the recorder do
   */
  erase(input: EraseInput, principal?: string): Promise<OperatorReport> {
    const act: OperatorAct = { act: "erase", principal, reason: input.reason };
    if (!("session_id" in input)) return this.#eraseUser(input.user_id, act);
    return input.seq === undefined ? this.#eraseOne(input, act) : this.#eraseLine(input, input.seq, act);
  }

  async #eraseOne(target: OperatorTarget, act: OperatorAct): Promise<OperatorReport> {
    const entry = await this.#entry(target);
    await this.#erase(entry, act);
    return reportOn(entry.log);
  }

  #eraseUser(user_id: string, act: OperatorAct): Promise<OperatorReport> {
    return this.#eachOf(
      act,
      ({ log }) => log.user_id === user_id,
      (entry) => this.#erase(entry, act),
    );
  }

  async #eraseLine(target: OperatorTarget, seq: number, act: OperatorAct): Promise<OperatorReport> {
    const { log, fault } = await this.#entry(target);
    if (fault !== undefined) throw faultError(fault);
    const { principal, reason } = act;
    const cause = {
      trigger: "operator" as const,
      ...(principal !== undefined && { principal }),
      ...(reason !== undefined && { reason }),
    };
    const options = { record_id: this.#ids.recordId(), cause };
    await this.#lanes.inBothLanes(log, () => this.#recorder.eraseLine(log, seq, options));
    this.#noteDone(act, log, { seq });
    return reportOn(log);
  }

  async #erase({ log, state }: SessionEntry, act: OperatorAct): Promise<void> {
    if (state.status !== "deleted") throw new ServiceError("SESSION_NOT_DELETED");
    const { reason } = act;
    const note = { trigger: "operator" as const, ...(reason !== undefined && { reason }) };
    await this.#lanes.inBothLanes(log, () => this.#recorder.erase(log, { expected_seq: state.seq, note }));
    this.#noteDone(act, log);
  }

  #noteDone({ act, principal }: OperatorAct, { user_id, session_id }: LogName, more: object = {}): void {
    this.#log.info({ act, user_id, session_id, ...more, principal }, "an operator's act is done");
  }

  /** Does something to each session that is due, and goes on past those that it cannot be done to. */
  async #eachOf(
    { act, principal }: OperatorAct,
    isDue: (entry: SessionEntry) => boolean,
    work: (entry: SessionEntry) => Promise<void>,
  ): Promise<OperatorReport> {
    const due: SessionEntry[] = [];
    for await (const entry of this.#recorder.sessions()) {
      if (isOfThisFace(entry) && isDue(entry)) due.push(entry);
      if (due.length > SESSIONS_MAX) break;
    }
    const report = { sessions: [] as LogName[], refused: [] as OperatorReport["refused"] };
    for (const entry of due.slice(0, SESSIONS_MAX)) {
      const { user_id, session_id } = entry.log;
      try {
        await work(entry);
        report.sessions.push({ user_id, session_id });
      } catch (error) {
        if (!(error instanceof LedgerError) || STORE_CODES.includes(error.code)) throw error;
        const refusal = { user_id, session_id, code: error.code };
        report.refused.push(refusal);
        this.#log.warn({ act, ...refusal, principal }, "an operator's act was refused");
      }
    }
    return { ...report, complete: due.length <= SESSIONS_MAX };
  }

  async #entry({ session_id, user_id }: OperatorTarget): Promise<SessionEntry> {
    const entries = (await findSessions(this.#recorder, session_id)).filter(isOfThisFace);
    const [entry, other] = entries.filter(({ log }) => user_id === undefined || log.user_id === user_id);
    if (other !== undefined) {
      throw new ServiceError("REQUEST_INVALID", "several users have a session of this id", {
        detail: "Several users have a session of this id: name the user too.",
        errors: [{ path: "user_id", message: "is needed to tell which session" }],
      });
    }
    if (entry === undefined) assertFound(INITIAL_STATE, undefined);
    return entry!;
  }
}

function reportOn({ user_id, session_id }: LogName): OperatorReport {
  return { sessions: [{ user_id, session_id }], refused: [], complete: true };
}
