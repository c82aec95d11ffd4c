import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import { ANONYMOUS } from "../e2e/anonymous_operations.ts";
import type { LedgerUnderTest } from "../e2e/ledger_under_test.ts";
import type { FileLine } from "../e2e/log_root_files.ts";
import { AnonymousOracle, type KnownSession } from "./anonymous_oracle.ts";
import { uuidsBelow } from "./uuids_below.ts";
import { type ClientOptions, untilGone, type Workload } from "./workload.ts";

const CLIENTS = 4;
/** How many of ten requests create, and how many delete; the rest look up. */
const CREATIONS_OF_TEN = 5;
const DELETIONS_OF_TEN = 3;
/** How many deletions of one session may be sent at once. */
const DELETIONS_AT_ONCE_MAX = 3;

/** Clients that create, look up and delete anonymous sessions, each other's too. */
export class AnonymousWorkload implements Workload {
  readonly acknowledgements_max = 40;
  readonly #oracle = new AnonymousOracle();
  readonly report = { created: 0, deleted: 0, looked_up: 0, kept: 0, dropped: 0, standing: 0 };

  run(newOptions: () => ClientOptions): readonly Promise<void>[] {
    return Array.from({ length: CLIENTS }, () => {
      const options = newOptions();
      return untilGone(() => this.#work(options));
    });
  }

  /** What was answered 204 stands in no file, without any recovery. */
  async checkKilled({ log_root }: LedgerUnderTest): Promise<void> {
    expect(among(this.#oracle.erased(), await uuidsBelow(log_root))).toEqual([]);
  }

  async checkRecovered(
    { url, log_root }: LedgerUnderTest,
    logs: ReadonlyMap<string, readonly FileLine[]>,
  ): Promise<void> {
    expect(this.#oracle.contradictions(logs)).toEqual([]);
    const { kept, dropped } = this.#oracle.settleBy(logs);
    this.report.kept += kept;
    this.report.dropped += dropped;
    this.report.standing = this.#oracle.standing().length;
    expect(among(this.#oracle.gone(), await uuidsBelow(log_root))).toEqual([]);
    for (const session of this.#oracle.standing()) {
      const answer = await fetch(`${url}${ANONYMOUS}/${session.session_id}`);
      expect([answer.status, await answer.json()]).toEqual([200, session]);
    }
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

function among(ids: readonly string[], known: ReadonlySet<string>): string[] {
  return ids.filter((id) => known.has(id));
}
