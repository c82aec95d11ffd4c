// A request that is sent again under its key gets its first answer again, made anew from the line that the first one
// recorded. Nothing else is kept: what was rejected has no line, and may be tried again with the same key.
import type { Idempotency, Line } from "@session-ledger/session_contract";
import { type Command, EVENT_TYPES, idempotencyScope } from "@session-ledger/session_domain";
import type { Outcome } from "./models.ts";
import type { SessionRepository } from "./repository.ts";
import { ServiceError } from "./service_error.ts";

/** How a command is carried out, and how its first answer is made anew. */
export interface Execution<Answer> {
  /** Waits for the command's turn, runs `attempt`, and runs it anew after a conflict. */
  readonly inTurn: (attempt: () => Promise<Outcome<Answer>>) => Promise<Outcome<Answer>>;
  readonly attempt: () => Promise<Outcome<Answer>>;
  /** The answer that the event of this line was. */
  readonly answerOf: (line: Line) => Answer;
}

export class IdempotentCommands {
  readonly #repository: SessionRepository;
  /** The scopes of the commands under way; as many at most as stand in lanes. */
  readonly #in_flight = new Set<string>();

  constructor(repository: SessionRepository) {
    this.#repository = repository;
  }

  /**
   * Carries a command out, or gives the first answer to its key. The key is looked up in the command's turn and before
   * it is decided on, so that a later state cannot reject what was accepted once; and again after a conflict, since
   * another writer may have been faster with the same request.
   * @throws ServiceError `IDEMPOTENCY_KEY_IN_FLIGHT`, `IDEMPOTENCY_KEY_REUSED`
   */
  once<Answer>({ idempotency, type }: Command, execution: Execution<Answer>): Promise<Outcome<Answer>> {
    if (idempotency === undefined) return execution.inTurn(execution.attempt);
    const scope = idempotencyScope({ key: idempotency.key, type: EVENT_TYPES[type] });
    return this.#onceFor(scope, idempotency, execution);
  }

  async #onceFor<Answer>(
    scope: string,
    idempotency: Idempotency,
    { inTurn, attempt, answerOf }: Execution<Answer>,
  ): Promise<Outcome<Answer>> {
    if (this.#in_flight.has(scope)) throw new ServiceError("IDEMPOTENCY_KEY_IN_FLIGHT");
    this.#in_flight.add(scope);
    try {
      return await inTurn(async () => (await this.#firstOutcome(scope, idempotency, answerOf)) ?? attempt());
    } finally {
      this.#in_flight.delete(scope);
    }
  }

  async #firstOutcome<Answer>(
    scope: string,
    { body_sha256 }: Idempotency,
    answerOf: Execution<Answer>["answerOf"],
  ): Promise<Outcome<Answer> | undefined> {
    const recorded = await this.#repository.lineOfKey(scope);
    if (recorded === undefined) return undefined;
    const { line } = recorded;
    if (line !== undefined && line.idempotency?.body_sha256 !== body_sha256) {
      throw new ServiceError("IDEMPOTENCY_KEY_REUSED");
    }
    if (line === undefined || Object.hasOwn(line.event, "$erased")) {
      throw new ServiceError("IDEMPOTENCY_KEY_REUSED", "the line was erased or archived", {
        detail: "The request was carried out, and its answer has been erased or archived since.",
      });
    }
    return { answer: answerOf(line), seq: line.seq, replayed: true };
  }
}
