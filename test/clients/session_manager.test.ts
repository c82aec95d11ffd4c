// The client's calls on a server in a process of its own; what a hostile network does to them stands beside the client.
import { SessionClientError } from "@session-ledger/session_client";
import {
  AppendReceiptSchema,
  AuditEntrySchema,
  type Line,
  LineSchema,
  SessionLookupSchema,
  SessionManagerDeleteOutputSchema,
  SessionManagerEndOutputSchema,
  SessionManagerPauseOutputSchema,
  SessionManagerResumeOutputSchema,
  SessionManagerStartOutputSchema,
  SessionSummarySchema,
  SessionValiditySchema,
} from "@session-ledger/session_contract";
import { expect, test } from "vitest";
import { endInput, messageInput } from "../e2e/operations.ts";
import { clientBehindProxy, startedClient } from "./client_under_test.ts";

const ANSWERS_DROPPED = 100;

async function everyOne<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  return Array.fromAsync(items);
}

test("every call is carried out and answered with what its type says", async () => {
  const { session_manager } = (await startedClient()).client;
  const started = await session_manager.start({ user_id: "ada", performer_id: "carer-1" });
  SessionManagerStartOutputSchema.parse(started);
  const { session_id } = started;
  AppendReceiptSchema.parse(await session_manager.append(messageInput(started)));
  SessionManagerPauseOutputSchema.parse(await session_manager.pause(endInput(started)));
  SessionManagerResumeOutputSchema.parse(await session_manager.resume(endInput(started), { if_match: 3 }));
  expect(SessionValiditySchema.parse(await session_manager.validate({ user_id: "ada", session_id }))).toEqual(
    {
      status: "active",
    },
  );
  SessionManagerEndOutputSchema.parse(await session_manager.end(endInput(started)));
  SessionManagerDeleteOutputSchema.parse(await session_manager.delete(endInput(started)));

  const found = await session_manager.lookUp(session_id, { include_deleted: true, at_seq: 2 });
  expect(SessionLookupSchema.parse(found)).toMatchObject({ reason: "deleted", session: { state: "active" } });
  const audit = await session_manager.audit(session_id);
  expect(audit.map((entry) => AuditEntrySchema.parse(entry).new_state)).toEqual([
    "active",
    "paused",
    "active",
    "stopped",
    "deleted",
  ]);
  const deleted = { include_deleted: true };
  const lines = await everyOne(session_manager.events(session_id, { ...deleted, limit: 4 }));
  expect(lines.map((line) => LineSchema.parse(line).seq)).toEqual([1, 2, 3, 4, 5, 6]);
  const tailed = session_manager.tail(session_id, { ...deleted, after: 4 });
  expect(await everyOne(tailed)).toEqual(lines.slice(4));
});

test("a failed call tells the problem's code, and why a session is not found", async () => {
  const { session_manager } = (await startedClient()).client;
  const error = await session_manager.lookUp("sess_0123456789abcdef").catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(SessionClientError);
  expect(error).toMatchObject({
    code: "SESSION_NOT_FOUND",
    status: 404,
    problem: { found: false, reason: "not_found_never_existed" },
  });
});

test("an operator archives, restores and erases", async () => {
  const { session_manager } = (await startedClient()).client;
  const started = await session_manager.start({ user_id: "ada", performer_id: "carer-1" });
  const { user_id, session_id } = started;
  await session_manager.end(endInput(started));
  const done = { sessions: [{ user_id, session_id }], refused: [], complete: true };
  expect(await session_manager.archive({ session_id })).toEqual(done);
  await expect(session_manager.lookUp(session_id)).rejects.toMatchObject({
    problem: { reason: "not_found_archived" },
  });
  expect(await session_manager.restore({ session_id })).toEqual(done);
  await session_manager.delete(endInput(started));
  expect(await session_manager.erase({ session_id, reason: "user_request" })).toEqual(done);
  await expect(session_manager.audit(session_id)).rejects.toMatchObject({ code: "SESSION_NOT_FOUND" });
});

test("a list is read to its end, page by page", async () => {
  const { session_manager } = (await startedClient()).client;
  const started: string[] = [];
  for (let count = 0; count < 7; count += 1) {
    const { session_id } = await session_manager.start({ user_id: `user-${count}`, performer_id: "carer-1" });
    started.unshift(session_id);
  }
  const listed = await everyOne(session_manager.sessions({ limit: 3 }));
  expect(listed.map((session) => SessionSummarySchema.parse(session).session_id).sort()).toEqual(
    started.sort(),
  );
  const { sessions, next_cursor } = await session_manager.page({ limit: 6 });
  expect(sessions).toHaveLength(6);
  const rest = await everyOne(session_manager.sessions({ limit: 6, cursor: next_cursor! }));
  expect(rest).toEqual(listed.slice(6));
});

test("what is sent again after a dropped answer is recorded once", async () => {
  const { ledger, client: direct } = await startedClient();
  let connections = 0;
  // Every second connection loses its answer, so that each call that loses one gets through with its retry.
  const { proxy, client } = await clientBehindProxy(ledger, () => connections++ % 2 === 0);
  const started = await client.session_manager.start({ user_id: "ada", performer_id: "carer-1" });
  for (let count = 0; proxy.dropped < ANSWERS_DROPPED; count += 1) {
    await client.session_manager.append({ ...messageInput(started), count });
    // A connection that lives is used again, and would lose nothing more.
    await proxy.cut();
  }
  await client.session_manager.end(endInput(started));
  const lines = await everyOne(direct.session_manager.events(started.session_id));
  const counts = lines.filter(({ type }) => type === "message.appended").map(({ event }) => event["count"]);
  expect(counts).toEqual(Array.from({ length: counts.length }, (_, count) => count));
  expect(lines.filter(({ type }) => type === "session.ended")).toHaveLength(1);
});

test("a live tail gives every line once while its connections are cut, and returns with the session's end", async () => {
  const { ledger, client: direct } = await startedClient();
  const { proxy, client } = await clientBehindProxy(ledger, () => false);
  const { session_manager } = direct;
  const started = await session_manager.start({ user_id: "ada", performer_id: "carer-1" });
  const tail = client.session_manager.tail(started.session_id);
  const tailed: Line[] = [];
  for (;;) {
    const { done, value } = await tail.next();
    if (done) {
      expect(value).toEqual({ state: "stopped", seq: 22 });
      break;
    }
    tailed.push(value);
    await proxy.cut();
    if (value.seq <= 20) await session_manager.append({ ...messageInput(started), at: value.seq });
    else if (value.seq === 21) await session_manager.end(endInput(started));
  }
  expect(tailed).toEqual(await everyOne(session_manager.events(started.session_id)));
});
