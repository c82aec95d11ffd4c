import { createMemoryRecorder, type LogName, RecorderError } from "@session-ledger/schema_recorder";
import { AuditSchema, EventsPageSchema, type Line } from "@session-ledger/session_contract";
import request from "supertest";
import { describe, expect, test } from "vitest";
import { PAGE_BYTES_MAX } from "./session_history.ts";
import { linesOf, messageOf, recordElsewhere, replaceIn, startApp, type TestApp } from "./test_support.ts";

const UNKNOWN = "sess_0123456789abcdef";

async function get({ app }: TestApp, session_id: string, what: string, headers: Record<string, string> = {}) {
  const answer = await request(app)
    .get(`/session_manager/sessions/${session_id}/${what}`)
    .set(headers)
    .buffer(true)
    .parse((response, done) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => done(null, text));
    });
  const text: string = answer.body;
  const body = /json\b/.test(answer.headers["content-type"]!) && text.startsWith("{") ? tryParse(text) : {};
  return { status: answer.status, headers: answer.headers, text, body };
}

function tryParse(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

async function withSession() {
  const it = await startApp();
  const { answer } = await it.manager.service.start({ user_id: "ada", performer_id: "carer" });
  const session: LogName = { user_id: "ada", session_id: answer.session_id };
  return { it, session };
}

/** A session of nine lines: its start, seven messages, its end. */
async function withLines() {
  const { it, session } = await withSession();
  for (let count = 0; count < 7; count += 1) await it.manager.service.append(messageOf(session, { count }));
  await it.manager.service.end({ ...session, performer_id: "carer" });
  return { it, session, lines: await linesOf(it.recorder, session) };
}

describe("the audit of a session", () => {
  test("has every transition with its trigger, actor and reason, also once it is deleted", async () => {
    const { it, session } = await withSession();
    const { service } = it.manager;
    const command = { ...session, performer_id: "carer" };
    await service.append(messageOf(session));
    for (const [path, more] of [
      ["pause", { reason: "lunch" }],
      ["resume", { performer_id: "system" }],
      ["end", {}],
      ["delete", { reason: "asked for" }],
    ] as const) {
      it.clock.advance(1_000);
      const answer = await request(it.app)
        .post(`/session_manager/sessions.${path}`)
        .send({ ...command, ...more });
      expect(answer.status).toBe(200);
    }
    const { status, body, headers } = await get(it, session.session_id, "audit");
    expect([status, headers["etag"]]).toEqual([200, '"6"']);
    const lines = await linesOf(it.recorder, session);
    const { session_id } = session;
    const entry = (seq: number, old_state: string | null, new_state: string, more: object = {}) => ({
      session_id,
      timestamp: lines[seq - 1]!.recorded_at,
      old_state,
      new_state,
      trigger: "user_action",
      actor: "carer",
      reason: null,
      ...more,
    });
    expect(AuditSchema.parse(body)).toEqual({
      audit: [
        entry(1, null, "active"),
        entry(3, "active", "paused", { reason: "lunch" }),
        entry(4, "paused", "active", { trigger: "api_call", actor: "system" }),
        entry(5, "active", "stopped"),
        entry(6, "stopped", "deleted", { reason: "asked for" }),
      ],
    });
  });

  test("names the system where a session was idle for too long", async () => {
    const it = await startApp({ config: { session_timeout_seconds: 60 } });
    const { answer } = await it.manager.service.start({ user_id: "ada", performer_id: "carer" });
    it.clock.advance(61_000);
    await it.manager.endIdle();
    const { body } = await get(it, answer.session_id, "audit");
    expect(body.audit[1]).toMatchObject({
      old_state: "active",
      new_state: "stopped",
      trigger: "system_timeout",
      actor: "system",
    });
  });

  test("takes no parameter", async () => {
    const { it, session } = await withSession();
    for (const query of ["audit?limit=5", "audit?include_deleted=true"]) {
      expect((await get(it, session.session_id, query)).status).toBe(400);
    }
  });
});

describe("a page of events", () => {
  test("holds the lines as objects, and says where the next one begins", async () => {
    const { it, session, lines } = await withLines();
    const seen: Line[] = [];
    for (let after: number | null = 0; after !== null; ) {
      const { status, body, headers } = await get(it, session.session_id, `events?limit=4&after=${after}`);
      expect([status, headers["etag"], headers["vary"]]).toEqual([200, '"9"', "Accept"]);
      const page = EventsPageSchema.parse(body);
      seen.push(...(body.events as Line[]));
      expect(page.next_after).toBe(seen.length < 9 ? seen.length : null);
      after = page.next_after;
    }
    expect(seen).toEqual(lines);
  });

  test("after the last line is empty", async () => {
    const { it, session } = await withLines();
    for (const after of ["9", "10", "9007199254740991"]) {
      const { body } = await get(it, session.session_id, `events?after=${after}`);
      expect(body).toEqual({ events: [], next_after: null });
    }
  });

  test("ends early rather than hold too many bytes", async () => {
    const { it, session } = await withSession();
    const text = "x".repeat(500_000);
    for (let count = 0; count < 10; count += 1) await it.manager.service.append(messageOf(session, { text }));
    const { text: page, body } = await get(it, session.session_id, "events");
    expect(Buffer.byteLength(page)).toBeLessThan(PAGE_BYTES_MAX + 1_000);
    expect(body.next_after).toBe(body.events.length);
    const rest = await get(it, session.session_id, `events?after=${body.next_after}`);
    expect(body.events.length + rest.body.events.length).toBe(11);
    expect(rest.body.next_after).toBeNull();
  });

  test("keeps every line's text", async () => {
    const { it, session } = await withSession();
    await it.manager.service.append(messageOf(session, { text: "\u2028\ud800\u0000é", number: -0.5e-7 }));
    const { text } = await get(it, session.session_id, "events?after=1");
    const { text: line } = await get(it, session.session_id, "events?after=1", {
      Accept: "application/x-ndjson",
    });
    expect(text).toBe(`{"events":[${line.trimEnd()}],"next_after":null}`);
    expect(line).toContain("\\u2028\\ud800\\u0000é");
  });
});

describe("events as application/x-ndjson", () => {
  const headers = { Accept: "application/x-ndjson" };

  test("are all the lines, or those that are asked for", async () => {
    const { it, session, lines } = await withLines();
    const all = await get(it, session.session_id, "events", headers);
    expect([all.status, all.headers["content-type"], all.headers["etag"]]).toEqual([
      200,
      "application/x-ndjson",
      '"9"',
    ]);
    expect(all.text).toBe(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    const some = await get(it, session.session_id, "events?after=3&limit=2", headers);
    expect(some.text).toBe(
      lines
        .slice(3, 5)
        .map((line) => `${JSON.stringify(line)}\n`)
        .join(""),
    );
    expect((await get(it, session.session_id, "events?after=9", headers)).text).toBe("");
  });

  test("of a log that cannot be opened are a problem, and of one that fails later a cut", async () => {
    const inner = createMemoryRecorder();
    let lines_left = 0;
    const recorder = replaceIn(inner, {
      readRaw: async function* (log, options) {
        for await (const raw of inner.readRaw(log, options)) {
          if (lines_left === 0) throw new RecorderError("LOG_CORRUPT", "planted");
          lines_left -= 1;
          yield raw;
        }
      },
    });
    const it = await startApp({ recorder });
    const { answer } = await it.manager.service.start({ user_id: "ada", performer_id: "p" });
    await it.manager.service.append(messageOf({ user_id: "ada", session_id: answer.session_id }));
    expect((await get(it, answer.session_id, "events", headers)).status).toBe(409);
    lines_left = 1;
    await expect(get(it, answer.session_id, "events", headers)).rejects.toThrow(/aborted|hang up/);
  });
});

describe("which session, and in which form", () => {
  test.each(["audit", "events"])("%s: a session that is not found comes with its reason", async (what) => {
    const { it } = await withSession();
    const malformed = await get(it, "sess_1", what);
    expect([malformed.status, malformed.body.found, malformed.body.reason]).toEqual([
      400,
      false,
      "not_found_invalid_format",
    ]);
    const unknown = await get(it, UNKNOWN, what);
    expect([unknown.status, unknown.body.code, unknown.body.reason]).toEqual([
      404,
      "SESSION_NOT_FOUND",
      "not_found_never_existed",
    ]);
  });

  test("the events of a deleted session come only if it is asked for", async () => {
    const { it, session } = await withLines();
    await recordElsewhere(it.recorder, session, "session.deleted");
    for (const Accept of ["application/json", "application/x-ndjson", "text/event-stream"]) {
      const { status, body } = await get(it, session.session_id, "events", { Accept });
      expect([status, body.reason, typeof body.deleted_at]).toEqual([404, "not_found_deleted", "string"]);
      const asked = await get(it, session.session_id, "events?include_deleted=true", { Accept });
      expect(asked.status).toBe(200);
      expect(asked.text).toContain('"type":"session.deleted"');
    }
    expect((await get(it, session.session_id, "audit")).status).toBe(200);
  });

  test.each([
    ["application/json", "application/json; charset=utf-8"],
    ["*/*", "application/json; charset=utf-8"],
    ["application/x-ndjson;q=0.9, application/json;q=0.2", "application/x-ndjson"],
    ["text/html, text/event-stream", "text/event-stream; charset=utf-8"],
  ])("Accept: %s is answered as %s", async (Accept, expected) => {
    const { it, session } = await withLines();
    const { status, headers } = await get(it, session.session_id, "events", { Accept });
    expect([status, headers["content-type"]]).toEqual([200, expected]);
  });

  test.each(["image/png", "text/html", "application/json;q=0", "text/plain, application/xml"])(
    "Accept: %s is 406",
    async (Accept) => {
      const { it, session } = await withLines();
      const { status, body } = await get(it, session.session_id, "events", { Accept });
      expect([status, body.code]).toEqual([406, "NOT_ACCEPTABLE"]);
    },
  );

  test.each([
    "after=-1",
    "after=x",
    "after=01",
    "after=",
    "after=1&after=2",
    "limit=0",
    "limit=201",
    "from=1",
  ])("?%s is 400", async (query) => {
    const { it, session } = await withLines();
    const { status, body } = await get(it, session.session_id, `events?${query}`);
    expect([status, body.code]).toEqual([400, "REQUEST_INVALID"]);
  });

  test.each(["application/json", "application/x-ndjson", "text/event-stream"])(
    "HEAD of %s is the answer without its body, and ends",
    async (Accept) => {
      const { it, session } = await withSession();
      const path = `/session_manager/sessions/${session.session_id}/events`;
      const { status, headers, text } = await request(it.app).head(path).set({ Accept });
      expect([status, headers["etag"], text ?? ""]).toEqual([200, '"1"', ""]);
      expect(headers["content-type"]).toContain(Accept);
    },
  );
});
