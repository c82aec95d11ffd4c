import { createMemoryRecorder, type LogName, type Recorder } from "@session-ledger/schema_recorder";
import { describe, expect, test } from "vitest";
import { eachLine } from "./session_history.ts";
import { messageOf, recordElsewhere, replaceIn, startApp, type TestAppOptions } from "./test_support.ts";
import { serve, TailClient } from "./test_tail_client.ts";

/** A served app with an active session, which is at line 1. */
async function withSession(options: TestAppOptions = {}) {
  const it = await startApp(options);
  const url = await serve(it);
  const { answer } = await it.manager.service.start({ user_id: "ada", performer_id: "carer" });
  const session: LogName = { user_id: "ada", session_id: answer.session_id };
  const tail = (headers: Record<string, string> = {}, query = "") =>
    TailClient.open(url, session.session_id, headers, query);
  const append = () => it.manager.service.append(messageOf(session));
  const end = () => it.manager.service.end({ ...session, performer_id: "carer" });
  return { it, session, tail, append, end };
}

async function eventsOf(recorder: Recorder, log: LogName) {
  const groups = await Array.fromAsync(recorder.readRaw(log));
  const lines = groups.flatMap((raw) => [...eachLine(raw)]);
  return lines.map((line, index) => ({ id: String(index + 1), data: line.toString() }));
}

const END_AT = (seq: number, state = "stopped") => ({ event: "end", data: JSON.stringify({ state, seq }) });

/** A recorder that counts the tails which read from it. */
function countingRecorder(inner = createMemoryRecorder()) {
  const count = { now: 0, changed: Promise.withResolvers<void>() };
  const change = (by: number): void => {
    count.now += by;
    count.changed.resolve();
    count.changed = Promise.withResolvers();
  };
  const recorder = replaceIn(inner, {
    tailRaw: async function* (log, options) {
      change(1);
      try {
        yield* inner.tailRaw(log, options);
      } finally {
        change(-1);
      }
    },
  });
  return { recorder, count };
}

describe("a live tail", () => {
  test("gives the lines so far, each further one, and at last that the session has ended", async () => {
    const { it, session, tail, append, end } = await withSession();
    await append();
    const client = await tail();
    expect([client.status, client.headers["content-type"], client.headers["etag"]]).toEqual([
      200,
      "text/event-stream; charset=utf-8",
      '"2"',
    ]);
    expect(client.headers["cache-control"]).toBe("no-store");
    const received = [await client.next(), await client.next()];
    await append();
    received.push(await client.next());
    await it.manager.service.append(messageOf(session, { text: "\u2028 é \ud800" }));
    received.push(await client.next());
    await end();
    expect([...received, ...(await client.rest())]).toEqual([
      ...(await eventsOf(it.recorder, session)),
      END_AT(5),
    ]);
  });

  test("goes on while the session is paused", async () => {
    const { it, session, tail, end } = await withSession();
    const client = await tail();
    await client.next();
    await recordElsewhere(it.recorder, session, "session.paused");
    expect((await client.next())?.id).toBe("2");
    await end();
    expect((await client.rest()).map(({ event }) => event)).toEqual([undefined, "end"]);
  });

  test("of a session that has ended gives its lines and ends", async () => {
    const { it, session, tail, end } = await withSession();
    await end();
    expect(await (await tail()).rest()).toEqual([...(await eventsOf(it.recorder, session)), END_AT(2)]);
    expect(await (await tail({ "Last-Event-ID": "2" })).rest()).toEqual([END_AT(2)]);
    await recordElsewhere(it.recorder, session, "session.deleted");
    const deleted = await tail({ "Last-Event-ID": "2" }, "?include_deleted=true");
    expect((await deleted.rest()).at(-1)).toEqual(END_AT(3, "deleted"));
  });

  test.each([
    ["Last-Event-ID", { "Last-Event-ID": "2" }, ""],
    ["Last-Event-ID, whatever `after` says", { "Last-Event-ID": "2" }, "?after=0"],
    ["`after`", {}, "?after=2"],
  ])("resumes after %s", async (_name, headers, query) => {
    const { it, session, tail, append, end } = await withSession();
    await append();
    await append();
    const client = await tail(headers, query);
    const third = await client.next();
    await end();
    const [, , ...later] = await eventsOf(it.recorder, session);
    expect([third, ...(await client.rest())]).toEqual([...later, END_AT(4)]);
  });

  test.each([
    ["a Last-Event-ID that is none", { "Last-Event-ID": "x" }, "", "Last-Event-ID"],
    ["an empty Last-Event-ID", { "Last-Event-ID": "" }, "", "Last-Event-ID"],
    ["a line that is not there yet", { "Last-Event-ID": "2" }, "", "after"],
    ["`after` beyond the last line", {}, "?after=2", "after"],
    ["a limit", {}, "?limit=5", "limit"],
  ])("with %s is 400", async (_name, headers, query, path) => {
    const { tail } = await withSession();
    const client = await tail(headers, query);
    const problem = JSON.parse((await bodyOf(client)) ?? "");
    expect([client.status, problem.code, problem.errors[0].path]).toEqual([400, "REQUEST_INVALID", path]);
  });

  test("gives a sign of life while nothing happens, by one timer that ends with the last tail", async () => {
    const { recorder, count } = countingRecorder();
    const { it, tail } = await withSession({ recorder, config: { sse_heartbeat_seconds: 15 } });
    expect(it.clock.timer_count).toBe(0);
    const clients = [await tail(), await tail()];
    for (const client of clients) await client.next();
    for (let beats = 0; beats < 3; beats += 1) {
      expect(it.clock.timer_count).toBe(1);
      it.clock.advance(15_000);
      for (const client of clients) expect(await client.next()).toEqual({ comment: "still here" });
    }
    for (const client of clients) client.leave();
    while (count.now > 0) await count.changed.promise;
    await nextTurns();
    expect(it.clock.timer_count).toBe(0);
  });

  test("lets go of its log when its client leaves", async () => {
    const { recorder, count } = countingRecorder();
    const { tail } = await withSession({ recorder });
    const client = await tail();
    await client.next();
    expect(count.now).toBe(1);
    client.leave();
    while (count.now > 0) await count.changed.promise;
  });

  test("is refused once as many are open as may be, until one ends", async () => {
    const { recorder, count } = countingRecorder();
    const { tail } = await withSession({ recorder, config: { sse_tails_max: 2 } });
    const clients = [await tail(), await tail()];
    for (const client of clients) await client.next();
    const refused = await tail();
    expect([refused.status, refused.headers["retry-after"]]).toEqual([503, "5"]);
    expect(JSON.parse((await bodyOf(refused)) ?? "").code).toBe("TAILS_EXHAUSTED");
    clients[0]!.leave();
    while (count.now > 1) await count.changed.promise;
    await nextTurns();
    expect((await tail()).status).toBe(200);
  });

  test("ends without `end` when the server stops, and resumes on the next one", async () => {
    const { it, session, tail, append, end } = await withSession();
    const client = await tail();
    const first = await client.next();
    it.manager.endTails();
    expect([first?.id, ...(await client.rest())]).toEqual(["1"]);
    await append();
    const restarted = await startApp({ recorder: it.recorder });
    const resumed = await TailClient.open(await serve(restarted), session.session_id, {
      "Last-Event-ID": "1",
    });
    expect((await resumed.next())?.id).toBe("2");
    await end();
    expect((await resumed.rest()).map(({ id, event }) => id ?? event)).toEqual(["3", "end"]);
  });
});

describe("a live tail whose session goes meanwhile", () => {
  type Act = (recorder: Recorder, session: LogName) => Promise<void>;
  const ACTS: readonly [string, Act][] = [
    ["not_found_deleted", (recorder, session) => recorder.erase(session, { note: { trigger: "operator" } })],
    ["not_found_archived", (recorder, session) => recorder.archive(session)],
  ];

  /** The reason that a client is given which resumes after line 1. */
  async function reasonFor(client: TailClient): Promise<unknown> {
    const { reason } = JSON.parse((await bodyOf(client)) ?? "");
    return [client.status, reason];
  }

  test.each(ACTS)("ends without `end` if lines were left, and is then %s", async (reason, act) => {
    const inner = createMemoryRecorder();
    const gone = Promise.withResolvers<void>();
    const recorder = replaceIn(inner, {
      tailRaw: async function* (log, options) {
        for await (const raw of inner.tailRaw(log, options)) {
          yield raw;
          await gone.promise;
        }
      },
    });
    const { it, session, tail, end } = await withSession({ recorder });
    const client = await tail();
    expect((await client.next())?.id).toBe("1");
    await end();
    await act(inner, session);
    gone.resolve();
    expect(await client.rest()).toEqual([]);
    expect(it.reported).toEqual([]);
    expect(await reasonFor(await tail({ "Last-Event-ID": "1" }))).toEqual([404, reason]);
  });

  test("does not say that a session which is gone stands as it did before", async () => {
    const inner = createMemoryRecorder();
    const gone = Promise.withResolvers<void>();
    let waits = false;
    const recorder = replaceIn(inner, {
      find: async (session_id) => {
        if (waits) await gone.promise;
        return inner.find(session_id);
      },
    });
    const { session, tail, end } = await withSession({ recorder });
    const client = await tail();
    expect((await client.next())?.id).toBe("1");
    await end();
    waits = true;
    expect((await client.next())?.id).toBe("2");
    await inner.erase(session);
    gone.resolve();
    expect(await client.rest()).toEqual([]);
  });
});

describe("a client that takes nothing", () => {
  const LINE = Buffer.from(`{"text":"${"x".repeat(100_000)}"}\n`);

  /** A session whose log never ends, and how many of its lines were read. */
  function endlessRecorder() {
    const inner = createMemoryRecorder();
    const read = { seq: 0, over: Promise.withResolvers<void>() };
    const recorder = replaceIn(inner, {
      tailRaw: async function* (_log, { after_seq = 0, signal }) {
        try {
          for (let seq = after_seq + 1; !signal.aborted; seq += 1) {
            read.seq = seq;
            yield { first_seq: seq, last_seq: seq, bytes: LINE };
          }
        } finally {
          read.over.resolve();
        }
      },
    });
    return { recorder, read };
  }

  test("is cut off, holds no lines in memory until then, and resumes where it was", async () => {
    const { recorder, read } = endlessRecorder();
    const { tail } = await withSession({ recorder, config: { sse_stall_seconds_max: 0.5 } });
    const client = await tail();
    expect((await client.next())?.id).toBe("1");
    await read.over.promise;
    // What the kernel keeps for the two ends of the connection, and one line more: far less than a second's reading.
    expect(read.seq * LINE.length).toBeLessThan(32 * 1024 * 1024);
    const received = [1];
    await expect(async () => {
      for (;;) received.push(Number((await client.next())?.id));
    }).rejects.toThrow(/aborted/);
    expect(received).toEqual(Array.from(received, (_, index) => index + 1));
    expect(received.length).toBeLessThanOrEqual(read.seq);
    const resumed = await tail({ "Last-Event-ID": "1" });
    expect((await resumed.next())?.id).toBe("2");
    resumed.leave();
  });

  test("does not hold up a stop", async () => {
    const { recorder, read } = endlessRecorder();
    const { it, tail } = await withSession({ recorder });
    const client = await tail();
    await client.next();
    // Once a hundred turns bring no further line, the tail waits for its client.
    for (let seen = -1, turns = 0; turns < 100; turns = seen === read.seq ? turns + 1 : 0) {
      seen = read.seq;
      await new Promise(setImmediate);
    }
    it.manager.endTails();
    await read.over.promise;
    await expect(client.rest()).rejects.toThrow(/aborted/);
  });
});

/** The whole body of an answer that is no stream. */
async function bodyOf(client: TailClient): Promise<string | undefined> {
  const chunks: string[] = [];
  for (let text = await client.chunk(); text !== undefined; text = await client.chunk()) chunks.push(text);
  return chunks.join("");
}

/** Lets what was begun by an event go on to its end. */
async function nextTurns(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
}
