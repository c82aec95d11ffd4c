// Random commands and restarts, against the server and against the model of docs/protocol.md. `LIFECYCLE_RUNS=200` is
// the long run; fast-check prints the seed of a run that fails, and makes it shorter.
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Answered, ask, post } from "./http_exchange.ts";
import { LedgerUnderTest } from "./ledger_under_test.ts";
import { type Expected, LifecycleModel, type ModelSession } from "./lifecycle_model.ts";
import {
  APPEND,
  DELETE,
  END,
  endInput,
  lookUp,
  messageInput,
  PAUSE,
  RESUME,
  START,
  validityOf,
} from "./operations.ts";

const RUNS_ORDINARY = 8;
const RUNS = Number(process.env["LIFECYCLE_RUNS"] ?? RUNS_ORDINARY);
/** How many of the newest sessions, which are those that steps aim at, are compared after each step. */
const SESSIONS_COMPARED = 4;
const RUN_MS_MAX = 30_000;
const PATHS = { pause: PAUSE, resume: RESUME, end: END, delete: DELETE };
const UNKNOWN = "sess_00000000000000ff";

const user_id = fc.constantFrom("mira", "jonas", "elias");
/** The nth newest session, or one that never was. */
const target = fc.option(fc.nat({ max: 3 }), { freq: 12 });
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant("start" as const),
      user_id,
      kind: fc.constantFrom("interaction", "execution"),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      act: fc.constantFrom("pause", "resume", "end", "delete", "append"),
      target,
      /** Who sends it; null: the session's own user. */
      sent_by: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: user_id }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant("restart" as const),
      signal: fc.constantFrom("SIGTERM" as const, "SIGKILL" as const),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** A ledger and its model, which take the same steps. */
class Walk {
  readonly model = new LifecycleModel();
  /** The codes of the refusals, and the states of the sessions, that were met. */
  readonly met = new Set<string>();
  readonly #ledger: LedgerUnderTest;

  constructor(ledger: LedgerUnderTest) {
    this.#ledger = ledger;
  }

  async take(each: Step): Promise<void> {
    if (each.act === "restart") {
      const before = await this.#found();
      await this.#ledger.stop(each.signal);
      await this.#ledger.start();
      expect(await this.#found()).toEqual(before);
    } else if (each.act === "start") {
      await this.#start(each);
    } else {
      await this.#move(each);
    }
    const sessions =
      each.act === "restart" ? this.model.sessions : this.model.sessions.slice(-SESSIONS_COMPARED);
    for (const session of sessions) await this.#compare(session);
    await this.#compareLists();
  }

  async #start({ user_id, kind }: Extract<Step, { act: "start" }>): Promise<void> {
    const { expected, session } = this.model.start(user_id, kind);
    const answer = await post(this.#ledger.url, START, { user_id, performer_id: "carer01", kind });
    this.#expectAnswer(answer, expected, 1);
    if (session !== undefined) session.session_id = String(answer.body["session_id"]);
  }

  async #move({ act, target, sent_by }: Exclude<Step, { act: "start" | "restart" }>): Promise<void> {
    const session = target === null ? undefined : this.model.sessions.at(-1 - target);
    const names = {
      session_id: session?.session_id ?? UNKNOWN,
      user_id: sent_by ?? session?.user_id ?? "mira",
    };
    const expected = this.model.move(act, session, names.user_id);
    const answer =
      act === "append"
        ? await post(this.#ledger.url, APPEND, messageInput(names))
        : await post(this.#ledger.url, PATHS[act], endInput(names));
    this.#expectAnswer(answer, expected, session?.states.length);
  }

  #expectAnswer(answer: Answered, { status, code }: Expected, seq: number | undefined): void {
    expect([answer.status, answer.body["code"]], answer.text).toEqual([status, code]);
    if (code === undefined) expect(answer.headers.etag).toBe(`"${seq}"`);
    else this.met.add(code);
  }

  /** Every session, with all that a look-up tells of it. */
  async #found(): Promise<unknown[]> {
    const found: unknown[] = [];
    for (const { session_id } of this.model.sessions) {
      found.push((await lookUp(this.#ledger.url, session_id, "?include_deleted=true")).body);
    }
    return found;
  }

  async #compare(session: ModelSession): Promise<void> {
    const { url } = this.#ledger;
    expect(await validityOf(url, session)).toBe(session.validity);
    const { session_id, user_id, kind, state } = session;
    this.met.add(state);
    const plain = await lookUp(url, session_id);
    expect([plain.status, plain.body["reason"]]).toEqual(
      state === "deleted" ? [404, "not_found_deleted"] : [200, "ok"],
    );
    const seq = session.states.length;
    const now = await lookUp(url, session_id, "?include_deleted=true");
    expect(now.body["session"]).toMatchObject({ session_id, user_id, kind, state, seq });
    expect(now.headers.etag).toBe(`"${seq}"`);
    const before = Math.max(1, seq - 1);
    const then = await lookUp(url, session_id, `?include_deleted=true&at_seq=${before}`);
    expect(then.body["session"]).toMatchObject({ state: session.states[before - 1], seq: before });
    expect(await this.#audited(session)).toEqual(transitionsOf(session));
  }

  async #audited({ session_id }: ModelSession): Promise<unknown[]> {
    const { body } = await ask(this.#ledger.url, { path: `/session_manager/sessions/${session_id}/audit` });
    const audit = body["audit"] as { old_state: string | null; new_state: string }[];
    return audit.map(({ old_state, new_state }) => [old_state, new_state]);
  }

  /** The list has every session, deleted ones if they are asked for, each as a look-up gives it. */
  async #compareLists(): Promise<void> {
    const found = (await this.#found()) as { reason: string; session: { started_at: string } }[];
    for (const include_deleted of [true, false]) {
      const path = `/session_manager/sessions?limit=200&include_deleted=${include_deleted}`;
      const { body } = await ask(this.#ledger.url, { path });
      const listed = body["sessions"] as { started_at: string }[];
      const expected = found.filter(({ reason }) => include_deleted || reason === "ok");
      expect(listed).toHaveLength(expected.length);
      expect(listed).toEqual(expect.arrayContaining(expected.map(({ session }) => session)));
      const starts = listed.map(({ started_at }) => started_at);
      expect(starts).toEqual(starts.toSorted().toReversed());
    }
  }
}

/** Each change of a session's state, from nothing on. */
function transitionsOf({ states }: ModelSession): unknown[] {
  const before = [null, ...states];
  return states.map((state, line) => [before[line], state]).filter(([from, to]) => from !== to);
}

test("any row of commands and restarts leaves what the protocol says", {
  timeout: 2 * RUNS * RUN_MS_MAX,
}, async () => {
  const met = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 50 }), async (steps) => {
      const ledger = await LedgerUnderTest.started();
      const walk = new Walk(ledger);
      try {
        for (const each of steps) await walk.take(each);
        for (const each of walk.met) met.add(each);
      } finally {
        await ledger.remove();
      }
    }),
    // Making a failure shorter ends in time for it to be told.
    { numRuns: RUNS, interruptAfterTimeLimit: RUNS * RUN_MS_MAX },
  );
  // Each of them must be met, or the walk says nothing of it.
  if (RUNS < RUNS_ORDINARY) return;
  expect([...met].sort()).toEqual([
    "ILLEGAL_TRANSITION",
    "SESSION_ALREADY_ACTIVE",
    "SESSION_ALREADY_CLOSED",
    "SESSION_ALREADY_ENDED",
    "SESSION_NOT_FOUND",
    "SESSION_PAUSED",
    "SESSION_USER_MISMATCH",
    "active",
    "deleted",
    "paused",
    "stopped",
  ]);
});
