import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { ANONYMOUS } from "../e2e/anonymous_operations.ts";
import { AnonymousOracle, type KnownSession } from "./anonymous_oracle.ts";
import type { RootFiles } from "./root_files.ts";
import { type ClientOptions, type Recovered, untilGone, type Workload } from "./workload.ts";

const CLIENTS = 4;
/** How many of ten requests create, and how many delete; the rest look up. */
const CREATIONS_OF_TEN = 5;
const DELETIONS_OF_TEN = 3;
/** How many deletions of one session may be sent at once. */
const DELETIONS_AT_ONCE_MAX = 3;
/** How many sessions with which a round did nothing are looked up after it: the next ones in turn. */
const OTHERS_ASKED = 50;

/** Clients that create, look up and delete anonymous sessions, each other's too. */
export class AnonymousWorkload implements Workload {
  readonly acknowledgements_max = 40;
  readonly #oracle = new AnonymousOracle();
  /** The ids of sessions that a recovered server answered for, and with which nothing was done since. */
  readonly #answered_for = new Set<string>();
  #next_other = 0;
  readonly report = { created: 0, deleted: 0, looked_up: 0, kept: 0, dropped: 0, standing: 0 };

  run(newOptions: () => ClientOptions): readonly Promise<void>[] {
    return Array.from({ length: CLIENTS }, () => {
      const options = newOptions();
      return untilGone(() => this.#work(options));
    });
  }

  /** What was answered 204 stands in no file, without any recovery. */
  checkKilled(files: RootFiles): void {
    expect(files.among(this.#oracle.erased())).toEqual([]);
  }

  async checkRecovered({ ledger, files, ask_all }: Recovered): Promise<void> {
    const logs = files.logs();
    expect(this.#oracle.contradictions(logs)).toEqual([]);
    const { kept, dropped } = this.#oracle.settleBy(logs);
    this.report.kept += kept;
    this.report.dropped += dropped;
    const standing = this.#oracle.standing();
    this.report.standing = standing.length;
    expect(files.among(this.#oracle.gone())).toEqual([]);
    for (const session of ask_all ? standing : this.#toAsk(standing)) {
      const answer = await fetch(`${ledger.url}${ANONYMOUS}/${session.session_id}`);
      expect([answer.status, await answer.json()]).toEqual([200, session]);
      this.#answered_for.add(session.session_id);
    }
  }

  /** The sessions with which the round did something, and some others. */
  #toAsk(standing: readonly KnownSession[]): KnownSession[] {
    const dealt_with = standing.filter(({ session_id }) => !this.#answered_for.has(session_id));
    const others = standing.filter(({ session_id }) => this.#answered_for.has(session_id));
    const first = this.#next_other % Math.max(1, others.length);
    this.#next_other = first + OTHERS_ASKED;
    return [...dealt_with, ...[...others.slice(first), ...others.slice(0, first)].slice(0, OTHERS_ASKED)];
  }

  async #work(options: ClientOptions): Promise<never> {
    for (;;) {
      const choice = options.random.below(10);
      const session = options.random.pick(this.#oracle.standing());
      if (session === undefined || choice < CREATIONS_OF_TEN) await this.#create(options);
      else if (choice < CREATIONS_OF_TEN + DELETIONS_OF_TEN) await this.#delete(session, options);
      else await this.#lookUp(session, options);
    }
  }

  async #create({ url, onAcknowledged }: ClientOptions): Promise<void> {
    const key = randomUUID();
    this.#oracle.submitCreation(key);
    const answer = await fetch(url + ANONYMOUS, { method: "POST", headers: { "Idempotency-Key": key } });
    const body = (await answer.json()) as KnownSession;
    expect(answer.status).toBe(201);
    this.#oracle.acknowledgeCreation(key, body);
    this.report.created += 1;
    onAcknowledged();
  }

  /** Of several deletions at once none fails but for the session being gone, and the oracle sees that one succeeds. */
  async #delete({ session_id }: KnownSession, { url, random, onAcknowledged }: ClientOptions): Promise<void> {
    this.#oracle.submitDeletion(session_id);
    this.#answered_for.delete(session_id);
    const deletions = Array.from({ length: 1 + random.below(DELETIONS_AT_ONCE_MAX) }, async () => {
      const { status } = await fetch(`${url}${ANONYMOUS}/${session_id}`, { method: "DELETE" });
      expect([204, 404]).toContain(status);
      if (status === 404) return this.#oracle.acknowledgeAbsence(session_id);
      this.#oracle.acknowledgeDeletion(session_id);
      this.report.deleted += 1;
      onAcknowledged();
    });
    await Promise.all(deletions);
  }

  async #lookUp(session: KnownSession, { url, onAcknowledged }: ClientOptions): Promise<void> {
    const answer = await fetch(`${url}${ANONYMOUS}/${session.session_id}`);
    const body: unknown = await answer.json();
    if (answer.status === 200) expect(body).toEqual(session);
    else {
      expect([answer.status, this.#oracle.mustStand(session.session_id)]).toEqual([404, false]);
      this.#oracle.acknowledgeAbsence(session.session_id);
    }
    this.report.looked_up += 1;
    onAcknowledged();
  }
}
