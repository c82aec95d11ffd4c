// What the tests of this app share: the app on an in-memory recorder.
import {
  type Caller,
  LOCAL_CALLER,
  mountFace,
  problemHandler,
  routeNotFound,
} from "@session-ledger/http_api";
import { createMemoryRecorder, type Recorder } from "@session-ledger/schema_recorder";
import type { JsonObject } from "@session-ledger/session_contract";
import express from "express";
import supertest from "supertest";
import { createSessionBackend, type SessionBackend } from "./session_backend.ts";

export const BASE = "/session_backend/api/v1";
export const SESSION = `${BASE}/sessions/s-1`;
export const AGENT = `${SESSION}/agents/planner`;
export const MESSAGES = `${AGENT}/messages`;

export const HELLO = { role: "user", content: [{ text: "hello" }] };
export const HIDDEN = { role: "user", content: [{ text: "[hidden]" }] };

export interface TestApp {
  readonly backend: SessionBackend;
  readonly recorder: Recorder;
  readonly app: express.Express;
  readonly http: ReturnType<typeof supertest>;
}

export interface TestAppOptions {
  readonly recorder?: Recorder;
  readonly caller?: Caller;
  readonly session_backend_cache_bytes?: number;
}

/** The app. A second one on the same recorder is a restart. */
export function startApp(options: TestAppOptions = {}): TestApp {
  const { recorder = createMemoryRecorder(), caller = LOCAL_CALLER } = options;
  const { session_backend_cache_bytes = 1_000_000 } = options;
  const backend = createSessionBackend({
    recorder,
    config: { session_backend_cache_bytes, sse_stall_seconds_max: 30 },
  });
  const app = express().set("query parser", "simple");
  app.use(mountFace(backend.face, { callerOf: () => caller }));
  app.use(routeNotFound);
  app.use(problemHandler());
  return { backend, recorder, app, http: supertest(app) };
}

/** The app with a session and an agent. */
export async function startWithAgent(options: TestAppOptions = {}): Promise<TestApp> {
  const app = startApp(options);
  await app.http.post(`${BASE}/sessions`).send({ session_id: "s-1" }).expect(201);
  await app.http.post(`${SESSION}/agents`).send({ agent_id: "planner" }).expect(201);
  return app;
}

/** Records a message in the session of `startWithAgent`. */
export async function say({ http }: TestApp, message_id: number, more: JsonObject = {}): Promise<void> {
  await http
    .post(MESSAGES)
    .send({ message_id, message: HELLO, ...more })
    .expect(201);
}
