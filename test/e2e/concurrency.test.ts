import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "../cli/session_ledger.ts";
import { type Answered, post } from "./http_exchange.ts";
import { LedgerUnderTest } from "./ledger_under_test.ts";
import { allLogs, type FileLine, linesOf } from "./log_root_files.ts";
import {
  APPEND,
  END,
  endInput,
  freshUser,
  messageInput,
  openSession,
  START,
  validityOf,
} from "./operations.ts";

const AT_ONCE = 50;

let ledger: LedgerUnderTest;
beforeAll(async () => {
  ledger = await LedgerUnderTest.started();
});
afterAll(() => ledger.remove());

/** Sends as many requests at once. */
function atOnce(send: (index: number) => Promise<Answered>): Promise<Answered[]> {
  return Promise.all(Array.from({ length: AT_ONCE }, (_, index) => send(index)));
}

function withStatus(answers: readonly Answered[], status: number): Answered[] {
  return answers.filter((answer) => answer.status === status);
}

/** The logs of a user. */
async function logsOf(user_id: string): Promise<FileLine[][]> {
  const logs = [...(await allLogs(ledger.log_root))];
  return logs.filter(([path]) => path.startsWith(`users/${user_id}/`)).map(([, lines]) => lines);
}

test("of 50 starts at once for one user one succeeds, and there is one file of one line", async () => {
  const user_id = freshUser();
  const answers = await atOnce((index) =>
    post(ledger.url, START, { user_id, performer_id: `carer-${index}` }),
  );
  const [winner, ...others] = withStatus(answers, 200);
  expect(others).toEqual([]);
  const refused = withStatus(answers, 409);
  expect(refused).toHaveLength(AT_ONCE - 1);
  expect(new Set(refused.map(({ body }) => body["code"]))).toEqual(new Set(["SESSION_ALREADY_ACTIVE"]));
  const logs = await logsOf(user_id);
  expect(logs.map((lines) => lines.map(({ event }) => event))).toEqual([[winner!.body]]);
});

test("of 50 ends at once of one session one succeeds, and the log holds one end", async () => {
  const session = await openSession(ledger.url);
  const answers = await atOnce((index) =>
    post(ledger.url, END, { ...endInput(session), performer_id: `carer-${index}` }),
  );
  const [winner, ...others] = withStatus(answers, 200);
  expect(others).toEqual([]);
  const refused = withStatus(answers, 409);
  expect(refused).toHaveLength(AT_ONCE - 1);
  expect(new Set(refused.map(({ body }) => body["code"]))).toEqual(new Set(["SESSION_ALREADY_ENDED"]));
  const lines = await linesOf(ledger.log_root, session);
  expect(lines.map(({ type }) => type)).toEqual(["session.started", "session.ended"]);
  expect(lines[1]!.event).toEqual(winner!.body);
});

test("50 starts at once of 50 users all succeed, each in a file of its own", async () => {
  const users = Array.from({ length: AT_ONCE }, freshUser);
  const answers = await atOnce((index) =>
    post(ledger.url, START, { user_id: users[index], performer_id: "carer01" }),
  );
  expect(withStatus(answers, 200)).toHaveLength(AT_ONCE);
  expect(new Set(answers.map(({ body }) => body["session_id"])).size).toBe(AT_ONCE);
  expect(new Set(answers.map(({ body }) => body["record_id"])).size).toBe(AT_ONCE);
  for (const [index, user_id] of users.entries()) {
    const logs = await logsOf(user_id);
    expect(logs.map((lines) => lines.map(({ event }) => event))).toEqual([[answers[index]!.body]]);
  }
});

test("50 appends at once to one session are all recorded, with seq from 2 to 51 and each ETag once", async () => {
  const session = await openSession(ledger.url);
  const messages = Array.from({ length: AT_ONCE }, () => messageInput(session));
  const answers = await atOnce((index) => post(ledger.url, APPEND, messages[index]));
  expect(withStatus(answers, 201)).toHaveLength(AT_ONCE);
  const [, ...lines] = await linesOf(ledger.log_root, session);
  expect(lines.map(({ seq }) => seq)).toEqual(messages.map((_, index) => index + 2));
  const by_record_id = new Map(lines.map((line) => [line.event["record_id"], line]));
  for (const [index, { headers, body }] of answers.entries()) {
    const line = by_record_id.get(messages[index]!.record_id)!;
    expect([headers.etag, body["recorded_at"]]).toEqual([`"${line.seq}"`, line.recorded_at]);
    expect(line.event).toEqual(messages[index]);
  }
});

test("of 50 appends at once with one record_id one is recorded", async () => {
  const session = await openSession(ledger.url);
  const message = messageInput(session);
  const answers = await atOnce(() => post(ledger.url, APPEND, message));
  expect(withStatus(answers, 201)).toHaveLength(1);
  expect(withStatus(answers, 409)).toHaveLength(AT_ONCE - 1);
  expect(await linesOf(ledger.log_root, session)).toHaveLength(2);
});

test("of 50 appends at once under one If-Match one is recorded", async () => {
  const session = await openSession(ledger.url);
  const answers = await atOnce(() => post(ledger.url, APPEND, messageInput(session), { "If-Match": '"1"' }));
  expect(withStatus(answers, 201)).toHaveLength(1);
  expect(withStatus(answers, 412)).toHaveLength(AT_ONCE - 1);
  expect(await linesOf(ledger.log_root, session)).toHaveLength(2);
});

test("an end among 50 appends at once closes the log: every append is before it or refused", async () => {
  const session = await openSession(ledger.url);
  const [end, ...appends] = await atOnce((index) =>
    index === 0 ? post(ledger.url, END, endInput(session)) : post(ledger.url, APPEND, messageInput(session)),
  );
  expect(end!.status).toBe(200);
  const recorded = withStatus(appends, 201);
  expect(recorded.length + withStatus(appends, 400).length).toBe(AT_ONCE - 1);
  const lines = await linesOf(ledger.log_root, session);
  expect(lines).toHaveLength(recorded.length + 2);
  expect(lines.at(-1)!.type).toBe("session.ended");
  expect(await validityOf(ledger.url, session)).toBe("closed");
});

test("afterwards every log verifies", async () => {
  expect(await runCli(ledger.log_root, "verify")).toMatchObject({ code: 0, stderr: "" });
});
