import { createMemoryRecorder, RecorderError } from "@session-ledger/schema_recorder";
import { describe, expect, test } from "vitest";
import { SWEEP_PAUSE_MS_MIN } from "./idle_timer.ts";
import { linesOf, messageOf, replaceIn, startApp, TestClock } from "./test_support.ts";

const TIMEOUT = { session_timeout_seconds: 60 };
const by = (user_id: string) => ({ user_id, performer_id: "p" });

describe("a session that is idle for too long", () => {
  test("is ended by the system", async () => {
    const { manager, clock, recorder } = await startApp({ config: TIMEOUT });
    const { answer } = await manager.service.start(by("u1"));
    clock.advance(60_000);
    expect(manager.active_session_count).toBe(1);
    clock.advance(1);
    await manager.stop();

    expect(manager.active_session_count).toBe(0);
    const [start, end, ...more] = await linesOf(recorder, answer);
    expect(more).toEqual([]);
    expect(end).toMatchObject({
      seq: 2,
      type: "session.ended",
      cause: { trigger: "system_timeout" },
      event: { session_id: answer.session_id, performer_id: "system", end_time: "2026-11-21T09:31:00.001Z" },
    });
    expect(end?.event["record_id"]).not.toBe(start?.event["record_id"]);
  });

  test("is ended alike when it is paused, counted from the pause", async () => {
    const { manager, clock, recorder } = await startApp({ config: TIMEOUT });
    const { answer } = await manager.service.start(by("u1"));
    clock.advance(50_000);
    await manager.service.pause({ ...by("u1"), session_id: answer.session_id });
    await manager.stop();
    clock.advance(60_000);
    expect(await manager.endIdle()).toBe(0);
    clock.advance(1);
    expect(await manager.endIdle()).toBe(1);
    expect(manager.active_session_count).toBe(0);
    const types = (await linesOf(recorder, answer)).map(({ type }) => type);
    expect(types).toEqual(["session.started", "session.paused", "session.ended"]);
  });

  test("is ended alike when it was paused before a restart", async () => {
    const before = await startApp({ config: TIMEOUT });
    const { answer } = await before.manager.service.start(by("u1"));
    await before.manager.service.pause({ ...by("u1"), session_id: answer.session_id });
    await before.manager.stop();
    const { recorder, clock } = before;
    const { manager } = await startApp({ config: TIMEOUT, recorder, clock });
    expect(manager.active_session_count).toBe(1);
    clock.advance(60_001);
    await manager.stop();
    expect((await linesOf(recorder, answer)).at(-1)?.cause).toEqual({ trigger: "system_timeout" });
  });

  test("is kept by a message, and not by being asked about", async () => {
    const { manager, clock } = await startApp({ config: TIMEOUT });
    const { answer } = await manager.service.start(by("u1"));
    clock.advance(50_000);
    await manager.service.append(messageOf(answer));
    clock.advance(50_000);
    expect(await manager.endIdle()).toBe(0);
    await manager.service.validate({ user_id: "u1", session_id: answer.session_id });
    clock.advance(10_001);
    await manager.stop();
    expect(manager.active_session_count).toBe(0);
  });

  test("is left alone when a message came while it waited for its turn", async () => {
    const { manager, clock, recorder } = await startApp({ config: TIMEOUT });
    const { answer } = await manager.service.start(by("u1"));
    const message = messageOf(answer);
    await manager.stop();
    clock.advance(60_001);
    const append = manager.service.append(message);
    const [ended] = await Promise.all([manager.endIdle(), append]);
    expect(ended).toBe(0);
    expect((await linesOf(recorder, answer)).map(({ type }) => type)).toEqual([
      "session.started",
      "message.appended",
    ]);
  });

  test("is ended in the order of its last activity, each at its own time", async () => {
    const { manager, clock } = await startApp({ config: TIMEOUT });
    const first = await manager.service.start(by("u1"));
    clock.advance(10_000);
    await manager.service.start(by("u2"));
    clock.advance(10_000);
    await manager.service.append(messageOf(first.answer));
    clock.advance(50_001);
    await manager.stop();
    expect(manager.active_session_count).toBe(1);
    await expect(manager.service.start(by("u1"))).rejects.toMatchObject({ code: "SESSION_ALREADY_ACTIVE" });
    await expect(manager.service.start(by("u2"))).resolves.toMatchObject({ seq: 1 });
  });

  test("counts from its last event across a restart", async () => {
    const clock = new TestClock();
    const before = await startApp({ config: TIMEOUT, clock });
    const lively = await before.manager.service.start(by("u1"));
    const idle = await before.manager.service.start(by("u2"));
    clock.advance(30_000);
    await before.manager.service.append(messageOf(lively.answer));
    await before.manager.stop();
    clock.advance(30_000);

    const after = await startApp({ config: TIMEOUT, clock, recorder: before.recorder });
    expect(after.manager.active_session_count).toBe(2);
    clock.advance(1);
    await after.manager.stop();
    expect(after.manager.active_session_count).toBe(1);
    expect((await linesOf(after.recorder, idle.answer)).at(-1)?.cause).toEqual({
      trigger: "system_timeout",
    });
  });

  test("stays due while the store refuses, and is ended once it takes appends again", async () => {
    const clock = new TestClock();
    const memory = createMemoryRecorder({ clock: () => clock.now() });
    let failing = false;
    let attempts = 0;
    const recorder = replaceIn(memory, {
      append: async (log, events, options) => {
        attempts += 1;
        if (failing) throw new RecorderError("STORE_FULL");
        return memory.append(log, events, options);
      },
    });
    const { manager } = await startApp({ config: TIMEOUT, clock, recorder });
    await manager.service.start(by("u1"));
    failing = true;
    clock.advance(60_001);
    await clock.timerSet();
    clock.advance(SWEEP_PAUSE_MS_MIN - 1);
    await manager.service.idle();
    expect([attempts, manager.active_session_count]).toEqual([2, 1]);
    failing = false;
    clock.advance(1);
    await manager.stop();
    expect([attempts, manager.active_session_count]).toEqual([3, 0]);
  });
});

describe("without a timeout", () => {
  test("no session is ended and no timer runs", async () => {
    const { manager, clock } = await startApp();
    await manager.service.start(by("u1"));
    expect(clock.timer_count).toBe(0);
    clock.advance(365 * 24 * 3_600_000);
    expect(await manager.endIdle()).toBe(0);
    expect(manager.active_session_count).toBe(1);
  });
});

describe("the timer", () => {
  test("is one, whatever the number of sessions, and is called off by a stop", async () => {
    const { manager, clock } = await startApp({ config: TIMEOUT });
    for (let user = 1; user <= 20; user += 1) await manager.service.start(by(`u${user}`));
    expect(clock.timer_count).toBe(1);
    await manager.stop();
    expect(clock.timer_count).toBe(0);
  });

  test("waits for a timeout longer than a timer holds", async () => {
    const clock = new TestClock();
    const { manager } = await startApp({ config: { session_timeout_seconds: 30 * 24 * 3_600 }, clock });
    await manager.service.start(by("u1"));
    clock.advance(2 ** 31 - 1);
    await clock.timerSet();
    expect(manager.active_session_count).toBe(1);
    clock.advance(30 * 24 * 3_600_000 - 2 ** 31 + 2);
    await manager.stop();
    expect(manager.active_session_count).toBe(0);
  });
});
