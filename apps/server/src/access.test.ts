import { hash } from "node:crypto";
import {
  type Face,
  mountFace,
  problemHandler,
  ROLES,
  requestIds,
  routeNotFound,
  sendJson,
} from "@session-ledger/http_api";
import express, { type Express } from "express";
import request from "supertest";
import { describe, expect, test } from "vitest";
import { keyedAccess } from "./access.ts";
import { parseApiKeys } from "./api_keys.ts";
import { readConfig } from "./config.ts";
import { KeyRing } from "./key_ring.ts";

const KEYS = ["service", "operator", "user:ada", "user:bob"]
  .map((role) => `${hash("sha256", role.replace(":", "-"), "hex")} ${role.replace(":", "-")} ${role}`)
  .join("\n");

const FACE: Face = {
  prefix: "",
  tag: "",
  description: "",
  invalid: "REQUEST_INVALID",
  operations: (["anyone", ...ROLES] as const).map((role) => ({
    method: "get",
    path: role === "anyone" ? "/livez" : `/${role}`,
    operation_id: role,
    summary: "",
    description: "",
    roles: role === "anyone" ? role : [role],
    responses: {},
    errors: [],
    handle: (_request, response, { caller }) => sendJson(response, 200, caller),
  })),
};

function appOf(variables: Readonly<Record<string, string>> = {}): Express {
  const access = keyedAccess(new KeyRing(parseApiKeys(KEYS)), readConfig(variables));
  const app = express().use(requestIds, access.guard, mountFace(FACE, access), routeNotFound);
  return app.use(problemHandler());
}

function ask(app: Express, path: string, key?: string) {
  const sent = request(app).get(path);
  return key === undefined ? sent : sent.set("Authorization", `Bearer ${key}`);
}

describe("with keys", () => {
  test("a request comes in with a key of the operation's role, and with no other", async () => {
    const app = appOf();
    for (const role of ROLES) {
      for (const key of ["service", "user-ada", "operator"]) {
        const { status, body } = await ask(app, `/${role}`, key);
        const is_meant = key.startsWith(role);
        expect([role, key, status, body.code]).toEqual([
          role,
          key,
          ...(is_meant ? [200, undefined] : [403, "FORBIDDEN_ROLE"]),
        ]);
      }
      for (const key of [undefined, "unknown"]) {
        const { status, body, headers } = await ask(app, `/${role}`, key);
        expect([status, body.code]).toEqual([401, "UNAUTHENTICATED"]);
        expect(headers["www-authenticate"]).toBe("Bearer");
      }
    }
  });

  test("a handler knows whose key it is", async () => {
    const { body } = await ask(appOf(), "/user", "user-ada");
    expect(body).toEqual({ role: "user", principal: "user-ada", user_id: "ada" });
  });

  test("what is open is open to anyone, from any host name and any page", async () => {
    for (const key of [undefined, "unknown", "service"]) {
      await ask(appOf(), "/livez", key)
        .set("Host", "ledger.example")
        .set("Origin", "https://page.example")
        .expect(200);
    }
  });
});

describe("the rate", () => {
  const limits = { RATE_LIMIT_REQUESTS: "3", RATE_LIMIT_SERVICE_REQUESTS: "5", RATE_LIMIT_SECONDS: "3600" };

  test("of a key has a limit of its own, and a service's key a higher one", async () => {
    const app = appOf(limits);
    const statuses = async (path: string, count: number, key?: string) => {
      const answers = [];
      for (let sent = 0; sent < count; sent += 1) answers.push((await ask(app, path, key)).status);
      return answers;
    };
    expect(await statuses("/user", 4, "user-ada")).toEqual([200, 200, 200, 429]);
    expect(await statuses("/user", 1, "user-bob")).toEqual([200]);
    expect(await statuses("/service", 6, "service")).toEqual([200, 200, 200, 200, 200, 429]);
    expect(await statuses("/nowhere", 4)).toEqual([404, 404, 404, 429]);
    expect(await statuses("/user", 1, "unknown")).toEqual([429]);
  });

  test("is told with a problem and how long to wait", async () => {
    const app = appOf({ ...limits, RATE_LIMIT_REQUESTS: "1" });
    await ask(app, "/user", "user-ada").expect(200);
    const { status, body, headers } = await ask(app, "/user", "user-ada");
    expect([status, body.code, headers["content-type"]]).toEqual([
      429,
      "RATE_LIMITED",
      "application/problem+json",
    ]);
    const seconds = Number(headers["retry-after"]);
    expect(seconds).toBeGreaterThan(3500);
    expect(seconds).toBeLessThanOrEqual(3600);
  });

  test("of a supervisor has none", async () => {
    const app = appOf({ ...limits, RATE_LIMIT_REQUESTS: "1" });
    for (let sent = 0; sent < 5; sent += 1) await ask(app, "/livez").expect(200);
  });
});
