import { createMemoryRecorder } from "@session-ledger/schema_recorder";
import { createSessionManager } from "@session-ledger/session_manager";
import { pino } from "pino";
import request from "supertest";
import { expect, onTestFinished, test } from "vitest";
import { LOCAL_ACCESS } from "./access.ts";
import { createApp } from "./app.ts";
import { readConfig } from "./config.ts";
import { createMetrics } from "./metrics.ts";

const START = "/session_manager/sessions.start";
const END = "/session_manager/sessions.end";
const SESSION_ID = "sess_0123456789abcdef";

async function createFixture() {
  const log_lines: string[] = [];
  const logger = pino({ level: "info" }, { write: (line: string) => log_lines.push(line) });
  const recorder = createMemoryRecorder();
  const metrics = createMetrics(() => manager.active_session_count);
  const manager = createSessionManager({ recorder, config: readConfig({}), log: logger });
  await manager.start();
  onTestFinished(async () => {
    await manager.stop();
    await recorder.close();
  });
  const app = createApp({
    faces: manager.faces,
    recorder,
    metrics,
    logger,
    phase: { current: "ready" },
    access: LOCAL_ACCESS,
  });
  const rejections = async (): Promise<string[]> => {
    const { text } = await request(app).get("/metrics");
    return text.split("\n").filter((line) => line.startsWith("session_ledger_rejections_total{"));
  };
  return { app, log_lines, rejections };
}

test("a rejected command is counted by its code, and logged with its ids and nothing else", async () => {
  const { app, log_lines, rejections } = await createFixture();
  const body = { user_id: "user-a", session_id: SESSION_ID, performer_id: "a private person" };
  const { headers } = await request(app).post(END).send(body);
  expect(await rejections()).toEqual(['session_ledger_rejections_total{code="SESSION_NOT_FOUND"} 1']);
  expect(log_lines.map((line) => JSON.parse(line))).toEqual([
    expect.objectContaining({ level: 40, msg: "a command was rejected" }),
  ]);
  const { level, time, pid, hostname, msg, ...fields } = JSON.parse(log_lines[0]!);
  expect(fields).toEqual({
    code: "SESSION_NOT_FOUND",
    reason: "not_found_never_existed",
    request_id: headers["x-request-id"],
    route: END,
    user_id: "user-a",
    session_id: SESSION_ID,
  });
});

test.each([
  ["what is not JSON", "{"],
  ["an array", "[1]"],
  ["ids that are none", JSON.stringify({ user_id: "../secret", session_id: { secret: 1 } })],
])("of %s no id is logged", async (_, body) => {
  const { app, log_lines, rejections } = await createFixture();
  await request(app).post(END).set("Content-Type", "application/json").send(body);
  expect(await rejections()).toEqual(['session_ledger_rejections_total{code="REQUEST_INVALID"} 1']);
  expect(log_lines).toHaveLength(1);
  expect(log_lines[0]).not.toMatch(/secret|user_id|session_id/);
});

test("what a command does not take is not logged, even if it is called an id", async () => {
  const { app, log_lines } = await createFixture();
  await request(app).post(START).send({ user_id: "user-a", performer_id: "p", session_id: SESSION_ID });
  expect(JSON.parse(log_lines[0]!)).toMatchObject({ code: "REQUEST_INVALID", user_id: "user-a" });
  expect(log_lines[0]).not.toContain(SESSION_ID);
});

test("what is accepted, looked up or sent nowhere is no rejected command", async () => {
  const { app, log_lines, rejections } = await createFixture();
  await request(app).post(START).send({ user_id: "user-a", performer_id: "p" });
  await request(app).get(`/session_manager/sessions/${SESSION_ID}`);
  await request(app).post("/nowhere").send({ user_id: "user-a" });
  expect([await rejections(), log_lines]).toEqual([[], []]);
});

test("an operator's acts are logged by their ids alone, and those that are refused as warnings", async () => {
  const { app, log_lines } = await createFixture();
  const act = (name: string, body: object) =>
    request(app).post(`/session_manager/sessions.${name}`).send(body);
  const by = { user_id: "user-a", performer_id: "a private person" };
  const { session_id } = (await act("start", by)).body;
  await act("archive", { session_id });
  for (const name of ["end", "delete"]) await act(name, { ...by, session_id });
  await act("erase", { session_id, seq: 2, reason: "a_reason" });
  await act("archive", { session_id, user_id: "user-a" });
  await act("restore", { session_id });
  await act("archive", { ended_before: "2999-01-01T00:00:00Z", dry_run: true });
  await act("erase", { user_id: "user-a" });
  await act("erase", { session_id });
  const told = log_lines.map((line) => JSON.parse(line));
  const ids = { user_id: "user-a", session_id };
  expect(
    told.map(({ level, act, code, seq, user_id, session_id }) => ({
      level,
      act,
      code,
      seq,
      user_id,
      session_id,
    })),
  ).toEqual([
    { level: 40, code: "LOG_NOT_ENDED", session_id },
    { level: 30, act: "erase", seq: 2, ...ids },
    { level: 30, act: "archive", ...ids },
    { level: 30, act: "restore", ...ids },
    { level: 30, act: "erase", ...ids },
    { level: 40, code: "SESSION_NOT_FOUND", session_id },
  ]);
  expect(log_lines.join("")).not.toMatch(/private|a_reason/);
});
