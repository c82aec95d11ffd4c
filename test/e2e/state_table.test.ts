// Every pair of state and command over HTTP, held against the table in docs/protocol.md itself.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectProblem } from "./expected_problem.ts";
import { type Answered, post } from "./http_exchange.ts";
import { LedgerUnderTest } from "./ledger_under_test.ts";
import { allLogs } from "./log_root_files.ts";
import {
  APPEND,
  DELETE,
  END,
  endInput,
  freshUser,
  lookUp,
  messageInput,
  PAUSE,
  RESUME,
  type SessionNames,
  START,
  sessionIn,
  VALIDATE,
} from "./operations.ts";
import { type StatePair, statePairs } from "./state_table.ts";

/** No client can archive a session; the app's own tests cover what is answered about one. */
const PAIRS = statePairs().filter(({ state }) => state !== "archived");

const ASK: Record<string, (url: string, session: SessionNames) => Promise<Answered>> = {
  "sessions.start, by the user's newest session": (url, { user_id }) =>
    post(url, START, { user_id, performer_id: "carer01" }),
  "sessions.pause": (url, session) => post(url, PAUSE, endInput(session)),
  "sessions.resume": (url, session) => post(url, RESUME, endInput(session)),
  "sessions.end": (url, session) => post(url, END, endInput(session)),
  "sessions.delete": (url, session) => post(url, DELETE, endInput(session)),
  append: (url, session) => post(url, APPEND, messageInput(session)),
  "sessions.validate": (url, { user_id, session_id }) => post(url, VALIDATE, { user_id, session_id }),
  "look-up": (url, { session_id }) => lookUp(url, session_id),
  "look-up, include_deleted=true": (url, { session_id }) => lookUp(url, session_id, "?include_deleted=true"),
};

async function sessionFor(url: string, { state }: StatePair): Promise<SessionNames> {
  if (state === "none") return { user_id: freshUser(), session_id: "sess_00000000000000ff" };
  return sessionIn(url, state as Parameters<typeof sessionIn>[1]);
}

test("the table has every state for every command that is asked here", () => {
  expect([...new Set(PAIRS.map(({ command }) => command))].sort()).toEqual(Object.keys(ASK).sort());
  expect(PAIRS).toHaveLength(Object.keys(ASK).length * 5);
});

describe.each(["at once", "after SIGKILL and a restart"])("%s", (when) => {
  const sessions = new Map<StatePair, SessionNames>();
  let ledger: LedgerUnderTest;
  beforeAll(async () => {
    ledger = await LedgerUnderTest.started();
    for (const pair of PAIRS) sessions.set(pair, await sessionFor(ledger.url, pair));
    if (when === "at once") return;
    await ledger.stop("SIGKILL");
    await ledger.start();
  });
  afterAll(() => ledger.remove());

  test.each(PAIRS)("$command on a session that is $state is $status $word", async (pair) => {
    const before = await allLogs(ledger.log_root);
    const answer = await ASK[pair.command]!(ledger.url, sessions.get(pair)!);
    if (pair.status === undefined) {
      expect([answer.status, answer.body]).toEqual([200, { status: pair.word }]);
    } else if (pair.word === undefined) {
      expect([answer.status, answer.text]).toEqual([pair.status, expect.not.stringContaining("problem")]);
    } else {
      expectProblem(answer, pair.status, pair.word);
    }
    const is_command = !/validate|look-up/.test(pair.command);
    const is_accepted = is_command && pair.status !== undefined && pair.status < 300;
    if (!is_accepted) expect(await allLogs(ledger.log_root)).toEqual(before);
  });
});
