import { randomUUID } from "node:crypto";
import { type Answer, postJson } from "../server/ledger_client.ts";
import type { Oracle } from "./oracle.ts";
import type { ClientOptions } from "./workload.ts";

const MESSAGES_MAX = 6;
const MESSAGES_AT_ONCE_MAX = 3;

/** A user, and the session that any of the user's clients last saw open. */
export interface UserState {
  readonly user_id: string;
  session_id: string | undefined;
}

export interface SessionClientOptions extends ClientOptions {
  readonly user: UserState;
  readonly oracle: Oracle;
}

/**
 * A client that starts, fills and ends sessions until its server is gone. Several clients may share a user, so each
 * takes the refusals in its stride that another's commands cause.
 */
export class SessionClient {
  readonly #options: SessionClientOptions;

  constructor(options: SessionClientOptions) {
    this.#options = options;
  }

  /** Works for ever. Rejects when the server no longer answers, or for an answer that no rival explains. */
  async run(): Promise<never> {
    const { random, user } = this.#options;
    for (;;) {
      if (user.session_id === undefined) await this.#start();
      for (let left = random.below(MESSAGES_MAX); left > 0; left -= 1) {
        const at_once = 1 + random.below(MESSAGES_AT_ONCE_MAX);
        await Promise.all(Array.from({ length: at_once }, () => this.#append()));
      }
      if (random.below(2) === 0) await this.#end();
    }
  }

  async #start(): Promise<void> {
    const { user } = this.#options;
    const session_notes = randomUUID();
    const body = { user_id: user.user_id, performer_id: "carer01", session_notes };
    const answer = await this.#send(session_notes, "/session_manager/sessions.start", body, 200, [409]);
    if (answer === undefined) return;
    this.#acknowledge(session_notes, answer.body);
    user.session_id = String(answer.body["session_id"]);
  }

  async #append(): Promise<void> {
    const { user_id, session_id } = this.#options.user;
    if (session_id === undefined) return;
    const message = {
      record_id: randomUUID(),
      user_id,
      session_id,
      timestamp: "2026-11-21T09:31:00Z",
      source: "speech_transcriber",
      performer_id: "carer01",
      text: "x".repeat(this.#options.random.below(2_000)),
    };
    const answer = await this.#send(message.record_id, "/schema-recorder/append", message, 201, [400]);
    if (answer !== undefined) this.#acknowledge(message.record_id, message);
  }

  async #end(): Promise<void> {
    const { user } = this.#options;
    const { user_id, session_id } = user;
    if (session_id === undefined) return;
    const performer_id = randomUUID();
    const body = { user_id, session_id, performer_id };
    const answer = await this.#send(performer_id, "/session_manager/sessions.end", body, 200, [409]);
    if (answer !== undefined) this.#acknowledge(performer_id, answer.body);
    if (user.session_id === session_id) user.session_id = undefined;
  }

  /** Sends a command, and gives its answer if that says it is recorded. */
  async #send(
    key: string,
    path: string,
    body: object,
    recorded: number,
    refused: readonly number[],
  ): Promise<Answer | undefined> {
    const { oracle, url, user } = this.#options;
    oracle.submit(key, user.user_id);
    const answer = await postJson(url, path, body);
    if (answer.status === recorded) return answer;
    if (!refused.includes(answer.status)) {
      throw new Error(`${path} was answered ${answer.status} ${String(answer.body["code"])}`);
    }
    oracle.refuse(key);
    return undefined;
  }

  #acknowledge(key: string, event: Readonly<Record<string, unknown>>): void {
    this.#options.oracle.acknowledge(key, event);
    this.#options.onAcknowledged();
  }
}
