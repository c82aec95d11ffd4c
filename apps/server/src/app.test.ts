import { createAnonymousSessions } from "@session-ledger/anonymous_sessions";
import { createMemoryRecorder } from "@session-ledger/schema_recorder";
import { ProblemSchema } from "@session-ledger/session_contract";
import { createSessionManager } from "@session-ledger/session_manager";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Express, IRouter } from "express";
import { pino } from "pino";
import request from "supertest";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { LOCAL_ACCESS } from "./access.ts";
import { createApp } from "./app.ts";
import { readConfig } from "./config.ts";
import { createMetrics } from "./metrics.ts";
import { observeRecorder } from "./observed_recorder.ts";
import type { PhaseHolder } from "./phase.ts";

const START = "/session_manager/sessions.start";
const ANONYMOUS = "/api/v1/sessions";
const COMMAND = { user_id: "user-a", performer_id: "carer-b", session_notes: "a private note" };

interface Fixture {
  readonly app: Express;
  readonly phase: PhaseHolder;
  readonly log_lines: string[];
  close(): Promise<void>;
}

async function createFixture(): Promise<Fixture> {
  const log_lines: string[] = [];
  const logger = pino({ level: "debug" }, { write: (line: string) => log_lines.push(line) });
  const metrics = createMetrics(() => manager.active_session_count);
  const recorder = observeRecorder(createMemoryRecorder(), metrics);
  const manager = createSessionManager({
    recorder,
    config: readConfig({}),
    log: logger,
  });
  await manager.start();
  const phase: PhaseHolder = { current: "ready" };
  const faces = [...manager.faces, createAnonymousSessions({ recorder, log: logger })];
  const app = createApp({
    faces,
    recorder,
    metrics,
    logger,
    phase,
    access: LOCAL_ACCESS,
  });
  const close = async (): Promise<void> => {
    await manager.stop();
    await recorder.close();
  };
  return { app, phase, log_lines, close };
}

/** What these tests read of an operation's description. */
interface DescribedOperation {
  readonly operationId: string;
  readonly requestBody?: DescribedBody;
  readonly responses: Record<string, DescribedBody>;
}
interface DescribedBody {
  readonly description: string;
  readonly content?: Record<string, { readonly schema: object }>;
}

/** Every method and path that the app's routers have, `:name` as OpenAPI's `{name}`. */
function mountedOperations(router: IRouter): string[] {
  return router.stack.flatMap(({ route, handle }) => {
    if (route !== undefined) {
      const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
      const methods = new Set(
        route.stack.map(({ method }) => method).filter((method) => method !== undefined),
      );
      return [...methods].map((method) => `${method} ${path}`);
    }
    return "stack" in handle ? mountedOperations(handle as unknown as IRouter) : [];
  });
}

let fixture: Fixture;
beforeEach(async () => {
  fixture = await createFixture();
});
afterEach(() => fixture.close());

describe("health", () => {
  test("says that the process lives and that the store takes appends", async () => {
    const alive = await request(fixture.app).get("/livez");
    expect([alive.status, alive.body]).toEqual([200, { status: "alive" }]);
    const ready = await request(fixture.app).get("/readyz");
    expect([ready.status, ready.body]).toEqual([200, { status: "ready" }]);
  });

  test("is not ready once the store takes nothing, and says why", async () => {
    await fixture.close();
    const ready = await request(fixture.app).get("/readyz");
    expect([ready.status, ready.body.status]).toEqual([503, "not_ready"]);
    expect(ready.body.reason).toMatch(/\w/);
  });

  test("stays up while the server starts or stops, when the faces answer 503 and close the connection", async () => {
    for (const phase of ["starting", "stopping"] as const) {
      fixture.phase.current = phase;
      const ready = await request(fixture.app).get("/readyz");
      expect([ready.status, ready.body.reason]).toEqual([503, `The server is ${phase}.`]);
      expect((await request(fixture.app).get("/livez")).status).toBe(200);
      const start = await request(fixture.app).post(START).send(COMMAND);
      expect([start.status, start.body.code]).toEqual([503, "STORE_UNAVAILABLE"]);
      expect(start.headers["connection"]).toBe("close");
    }
  });
});

describe("metrics", () => {
  test("count requests by route, active sessions, and appends", async () => {
    await request(fixture.app).post(START).send(COMMAND).expect(200);
    await request(fixture.app).post(START).send(COMMAND).expect(409);
    const { text } = await request(fixture.app).get("/metrics").expect(200);
    expect(text).toContain(`_count{method="POST",route="${START}",status="200"} 1`);
    expect(text).toContain(`_count{method="POST",route="${START}",status="409"} 1`);
    expect(text).toContain("session_ledger_active_sessions 1\n");
    expect(text).toContain("session_ledger_appends_total 1\n");
    expect(text).toContain("process_cpu_seconds_total");
  });

  test("hold no id, whatever was asked for", async () => {
    const { body } = await request(fixture.app).post(START).send(COMMAND).expect(200);
    for (const path of ["/user-a", `/session_manager/${body.session_id}`, `/docs/${body.session_id}`]) {
      await request(fixture.app).get(path).expect(404);
    }
    const { text } = await request(fixture.app).get("/metrics");
    for (const id of ["user-a", "carer-b", body.session_id, body.record_id]) expect(text).not.toContain(id);
  });
});

describe("the API's description", () => {
  test("is a valid OpenAPI 3.1 document whose schemas compile", async () => {
    const { body } = await request(fixture.app).get("/openapi.json").expect(200);
    expect(body.openapi).toMatch(/^3\.1\.\d+$/);
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const compile = (schema: object) => ajv.compile({ ...schema, components: body.components });
    const ids = new Set<string>();
    const operations = Object.values<Record<string, DescribedOperation>>(body.paths).flatMap(Object.values);
    for (const { operationId, requestBody, responses } of operations as DescribedOperation[]) {
      ids.add(operationId);
      for (const { description, content = {} } of [
        ...Object.values(responses),
        { description: "body", ...requestBody },
      ]) {
        expect(description).toMatch(/./);
        for (const { schema } of Object.values(content)) compile(schema);
      }
    }
    expect(ids.size).toBe(operations.length);
    const schema = body.paths[START].post.requestBody.content["application/json"].schema;
    const validate = compile(schema);
    expect(validate(COMMAND)).toBe(true);
    expect(validate({ ...COMMAND, timestamp: "2026-11-21T09:30:00.123Z" })).toBe(false);
  });

  test("names exactly the operations that are mounted", async () => {
    const { body } = await request(fixture.app).get("/openapi.json");
    const described = Object.entries(body.paths).flatMap(([path, item]) =>
      Object.keys(item as object).map((method) => `${method} ${path}`),
    );
    const pages = ["get /docs/", "get /api/docs/"];
    expect(
      mountedOperations(fixture.app.router)
        .filter((operation) => !pages.includes(operation))
        .sort(),
    ).toEqual(described.sort());
    expect(described).toContain(`post ${START}`);
    expect(described).toContain("get /readyz");
  });

  test("tells the codes of an operation by their status", async () => {
    const { body } = await request(fixture.app).get("/openapi.json");
    const { responses } = body.paths[START].post;
    expect(responses["409"].description).toContain("SESSION_ALREADY_ACTIVE");
    expect(responses["415"].content["application/problem+json"].schema.$ref).toBe(
      "#/components/schemas/Problem",
    );
  });

  test.each(["/docs", "/api/docs"])(
    "has pages at %s, made of this server's own files alone",
    async (page) => {
      const moved = await request(fixture.app).get(page);
      expect([moved.status, moved.headers["location"]]).toEqual([301, `${page}/`]);
      const { text, headers } = await request(fixture.app).get(`${page}/`).expect(200);
      const files = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file!);
      expect(files).toContain("./swagger-ui-bundle.js");
      for (const file of files)
        await request(fixture.app)
          .get(new URL(file, `http://x${page}/`).pathname)
          .expect(200);
      expect(text).not.toMatch(/<script>|https?:\/\/(?!www\.w3\.org)/);
      const policy = headers["content-security-policy"];
      expect(policy).toContain("default-src 'self'");
      expect(policy).not.toContain("upgrade-insecure-requests");
      const script = await request(fixture.app).get(`${page}/swagger-ui-init.js`).expect(200);
      expect(script.text).toContain('"swaggerUrl": "../openapi.json"');
      await request(fixture.app)
        .get(new URL("../openapi.json", `http://x${page}/`).pathname)
        .expect(200);
      expect(script.text).toContain('"validatorUrl": null');
    },
  );
});

describe("a request from elsewhere", () => {
  test("is answered for a loopback Host and Origin only", async () => {
    const hosts: Record<string, number> = {
      localhost: 200,
      "LOCALHOST:80": 200,
      "127.0.0.1:3000": 200,
      "127.8.9.1": 200,
      "[::1]:3000": 200,
      "ledger.example": 403,
      "localhost.example": 403,
      "127.0.0.1.example": 403,
      "example@localhost": 403,
      "[::2]": 403,
      "0.0.0.0": 403,
      "": 403,
    };
    for (const [host, status] of Object.entries(hosts)) {
      const answer = await request(fixture.app).get("/livez").set("Host", host);
      expect([host, answer.status]).toEqual([host, status]);
      if (status === 403) expect(answer.body.code).toBe("HOST_FORBIDDEN");
    }
    const origins: Record<string, number> = {
      "http://localhost:3000": 200,
      "https://127.0.0.1": 200,
      "http://[::1]:1": 200,
      "http://page.example": 403,
      "http://localhost.example": 403,
      "http://localhost@page.example": 403,
      "chrome-extension://localhost": 403,
      null: 403,
    };
    for (const [origin, status] of Object.entries(origins)) {
      const answer = await request(fixture.app).get("/livez").set("Origin", origin);
      expect([origin, answer.status]).toEqual([origin, status]);
      if (status === 403) expect(answer.body.code).toBe("ORIGIN_FORBIDDEN");
    }
  });
});

describe("every answer", () => {
  test("has protecting header fields and a request id, and does not name its software", async () => {
    for (const path of ["/livez", "/nowhere", "/docs/"]) {
      const { headers } = await request(fixture.app).get(path);
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
      expect(headers["x-request-id"]).toMatch(/^[\w.-]+$/);
      expect(headers).not.toHaveProperty("x-powered-by");
    }
  });

  test("to hostile input is a problem below 500", async () => {
    const json = { "Content-Type": "application/json" };
    const hostile: [string, string, Record<string, string>, string | undefined, number][] = [
      ["GET", "/nowhere", {}, undefined, 404],
      ["GET", "/%", {}, undefined, 404],
      ["GET", "/%2e%2e/%2e%2e/etc/passwd", {}, undefined, 404],
      ["GET", "/docs/%00", {}, undefined, 404],
      ["GET", "/docs/%2e%2e/index.js", {}, undefined, 404],
      ["GET", "/docs/%", {}, undefined, 404],
      ["GET", "/docs/swagger-ui.css", { Range: "bytes=999999999-" }, undefined, 404],
      ["GET", "/docs/swagger-ui.css", { "If-Match": "'x'" }, undefined, 404],
      ["POST", "/docs/", json, "{}", 404],
      ["POST", "/livez", json, "{}", 405],
      ["GET", START, {}, undefined, 405],
      ["POST", START, { "Content-Type": "text/plain" }, "{}", 415],
      ["POST", START, json, '{"user_id":', 400],
      ["POST", START, json, "[".repeat(8192), 400],
      ["POST", START, json, `{"user_id":"${"x".repeat(700_000)}"}`, 413],
      ["POST", START, { ...json, "If-Match": '"' }, "{}", 400],
      ["POST", ANONYMOUS, json, '{"user_id":"user-a"}', 422],
      ["GET", `${ANONYMOUS}/%2e%2e`, {}, undefined, 422],
      ["GET", `${ANONYMOUS}/%ff`, {}, undefined, 422],
    ];
    for (const [method, path, headers, body, status] of hostile) {
      const call = request(fixture.app)[method === "GET" ? "get" : "post"](path).set(headers);
      const answer = await (body === undefined ? call : call.serialize(String).send(body));
      expect([method, path, answer.status]).toEqual([method, path, status]);
      expect(ProblemSchema.parse(JSON.parse(answer.text)).status).toBe(status);
    }
  });

  test("with 503 is logged with the error that was thrown, if any was", async () => {
    fixture.phase.current = "stopping";
    await request(fixture.app).get("/readyz").expect(503);
    await request(fixture.app).post(START).send(COMMAND).expect(503);
    const [not_ready, refused] = fixture.log_lines.map((line) => JSON.parse(line));
    expect(not_ready).toMatchObject({ level: 40, response: { status: 503 } });
    expect(not_ready).not.toHaveProperty("err");
    expect(refused.err).toMatchObject({ code: "STORE_UNAVAILABLE" });
  });

  test("is logged with its path and id, without query, body or notes", async () => {
    await request(fixture.app)
      .post(`${START}?secret=1`)
      .set("X-Request-Id", "call-7")
      .send(COMMAND)
      .expect(200);
    const [line = ""] = fixture.log_lines;
    expect(JSON.parse(line)).toMatchObject({
      request: { id: "call-7", method: "POST", path: START },
      response: { status: 200 },
    });
    expect(fixture.log_lines.join("")).not.toMatch(/secret|private|user-a|carer-b/);
  });
});
