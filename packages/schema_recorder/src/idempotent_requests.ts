// A request that is sent again under its key gets its first answer again, made anew from the line that the first one
// recorded. Nothing else is kept: what was rejected has no line, and may be tried again with the same key.
import type { Idempotency, Line } from "@session-ledger/session_contract";
import { idempotencyScope, type KeyedRequest } from "@session-ledger/session_domain";
import type { Recorder } from "./recorder.ts";
import { RecorderError } from "./recorder_error.ts";

/** An answer about a session, and the `seq` at which the session then stands. */
export interface Outcome<Answer> {
  readonly answer: Answer;
  readonly seq: number;
  /** Whether this is the first answer to an idempotency key, given again: `seq` is then that of its event. */
  readonly replayed?: boolean;
}

/** How a request is carried out, and how its first answer is made anew. */
export interface Execution<Answer> {
  /** Waits for the request's turn, runs `attempt`, and runs it anew after a conflict. */
  readonly inTurn: (attempt: () => Promise<Outcome<Answer>>) => Promise<Outcome<Answer>>;
  readonly attempt: () => Promise<Outcome<Answer>>;
  /** The answer that the event of this line was. */
  readonly answerOf: (line: Line) => Answer | Promise<Answer>;
  /** Whether a line under the request's scope is the request's own, for paths that a scope does not wholly hold. */
  readonly isOwn?: (line: Line) => boolean;
}

/** Carries the requests of one face out, those with an idempotency key once. */
export class IdempotentRequests {
  readonly #recorder: Pick<Recorder, "findByIdempotencyKey" | "pick">;
  /** The scopes of the requests under way; as many at most as the face takes at once. */
  readonly #in_flight = new Set<string>();

  constructor(recorder: Pick<Recorder, "findByIdempotencyKey" | "pick">) {
    this.#recorder = recorder;
  }

  /**
   * Carries a request out, or gives the first answer to its key. The key is looked up in the request's turn and
   * before it is decided on, so that a later state cannot reject what was accepted once; and again after a conflict,
   * since another writer may have been faster with the same request.
   * @throws RecorderError `IDEMPOTENCY_KEY_IN_FLIGHT`, `IDEMPOTENCY_KEY_REUSED`
   */
  async once<Answer>(
    request: Omit<KeyedRequest, "key">,
    idempotency: Idempotency | undefined,
    execution: Execution<Answer>,
  ): Promise<Outcome<Answer>> {
    const { inTurn, attempt } = execution;
    if (idempotency === undefined) return inTurn(attempt);
    const scope = idempotencyScope({ ...request, key: idempotency.key });
    if (this.#in_flight.has(scope)) throw new RecorderError("IDEMPOTENCY_KEY_IN_FLIGHT");
    this.#in_flight.add(scope);
    try {
      return await inTurn(async () => (await this.#firstOutcome(scope, idempotency, execution)) ?? attempt());
    } finally {
      this.#in_flight.delete(scope);
    }
  }

  async #firstOutcome<Answer>(
    scope: string,
    { body_sha256 }: Idempotency,
    { answerOf, isOwn = () => true }: Execution<Answer>,
  ): Promise<Outcome<Answer> | undefined> {
    const recorded = await this.#lineOf(scope);
    if (recorded === undefined) return undefined;
    const { line } = recorded;
    const is_erased = line === undefined || Object.hasOwn(line.event, "$erased");
    if (!is_erased && !isOwn(line)) return undefined;
    if (line !== undefined && line.idempotency?.body_sha256 !== body_sha256) {
      throw new RecorderError("IDEMPOTENCY_KEY_REUSED");
    }
    if (is_erased) throw answerGone("erased or archived");
    return { answer: await answerOf(line), seq: line.seq, replayed: true };
  }

  /** The line that a request under this scope caused; `line` is undefined if its log is not among the others any more. */
  async #lineOf(scope: string): Promise<{ readonly line: Line | undefined } | undefined> {
    const place = await this.#recorder.findByIdempotencyKey(scope);
    if (place === undefined) return undefined;
    const { log, seq } = place;
    try {
      const [line] = await this.#recorder.pick(log, [seq]);
      return { line };
    } catch (error) {
      const is_away =
        error instanceof RecorderError && (error.code === "LOG_NOT_FOUND" || error.code === "LOG_ARCHIVED");
      if (is_away) return { line: undefined };
      throw error;
    }
  }
}

/** The refusal of a request whose first answer can no longer be given; `how` says why. */
export function answerGone(how: string): RecorderError {
  return new RecorderError("IDEMPOTENCY_KEY_REUSED", `the answer was ${how}`, {
    detail: `The request was carried out, and its answer has been ${how} since.`,
  });
}
