import { LedgerError, type Problem, ProblemSchema } from "@session-ledger/session_contract";
import express, { type Express } from "express";
import request from "supertest";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { sendJson } from "./answer.ts";
import { LOCAL_CALLER } from "./caller.ts";
import { problemHandler, routeNotFound } from "./error_handlers.ts";
import type { Face } from "./face.ts";
import { jsonBody } from "./json_body.ts";
import { mountFace } from "./mount_face.ts";
import { validated } from "./validation.ts";

const NoteSchema = z.strictObject({ text: z.string() });

function faceOf(invalid: Face["invalid"]): Face {
  const responses = { 200: { description: "The note." } };
  const common = { summary: "", description: "", responses, errors: [] };
  return {
    prefix: "/notes",
    tag: "notes",
    description: "",
    invalid,
    operations: [
      {
        ...common,
        method: "post",
        path: "/{note_id}",
        roles: "anyone",
        operation_id: "note.put",
        request: { schema: NoteSchema, required: true },
        handle: (req, response) => {
          const { text } = validated(NoteSchema, jsonBody(req));
          sendJson(response, 200, { note_id: req.params["note_id"], text });
        },
      },
      {
        ...common,
        method: "get",
        path: "/{note_id}",
        roles: "anyone",
        operation_id: "note.get",
        handle: (req, response) => sendJson(response, 200, { note_id: req.params["note_id"] }),
      },
      {
        ...common,
        method: "get",
        path: "/fail/{how}",
        roles: "anyone",
        operation_id: "note.fail",
        handle: async (req, response) => {
          if (req.params["how"] === "full")
            throw new LedgerError("STORE_FULL", "/srv/ledger has 3 bytes left");
          if (req.params["how"] === "late") response.writeHead(200).write("half");
          throw new TypeError("secret at /srv/ledger/file.ts");
        },
      },
    ],
  };
}

function appOf(invalid: Face["invalid"] = "REQUEST_INVALID", reported: unknown[] = []): Express {
  const app = express();
  app.use(mountFace(faceOf(invalid), { callerOf: () => LOCAL_CALLER }));
  app.use(routeNotFound);
  app.use(problemHandler((error) => reported.push(error)));
  return app;
}

async function postRaw(body: string | Buffer, type = "application/json", app = appOf()) {
  return request(app)
    .post("/notes/7")
    .set("Content-Type", type)
    .serialize(String)
    .send(body.toString("latin1"));
}

describe("a face that is mounted", () => {
  test("answers its operations below its prefix, with their parameters", async () => {
    const answer = await request(appOf()).post("/notes/7").send({ text: "hello" });
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(answer.body).toEqual({ note_id: "7", text: "hello" });
  });

  test("answers HEAD where it answers GET", async () => {
    const answer = await request(appOf()).head("/notes/7");
    expect(answer.status).toBe(200);
  });

  test("refuses another method with 405 and the methods that are allowed", async () => {
    for (const method of ["put", "delete", "patch", "options"] as const) {
      const answer = await request(appOf())[method]("/notes/7");
      expect([method, answer.status, answer.body.code]).toEqual([method, 405, "METHOD_NOT_ALLOWED"]);
      expect(answer.headers["allow"]).toBe("POST, GET, HEAD");
    }
  });

  test("takes paths to the letter", async () => {
    for (const path of ["/Notes/7", "/notes/7/", "/notes", "/"]) {
      const answer = await request(appOf()).get(path);
      expect([path, answer.status, answer.body.code]).toEqual([path, 404, "ROUTE_NOT_FOUND"]);
    }
  });

  test("answers a hostile path with 400 or 404, or as an ordinary parameter", async () => {
    const expected: Record<string, number> = {
      "/notes/%": 400,
      "/notes/%ff": 400,
      "/notes/%c0%ae": 400,
      "/notes/%00": 200,
      "/%2e%2e/%2e%2e/etc/passwd": 404,
      "/notes/../../etc/passwd": 404,
      "/notes//7": 404,
      "/%": 404,
    };
    for (const [path, status] of Object.entries(expected)) {
      const answer = await request(appOf()).get(path);
      expect([path, answer.status]).toEqual([path, status]);
      expect(answer.text).not.toContain("Failed to decode");
    }
  });
});

describe("a body", () => {
  test("that is not valid is told field by field, under the face's own code", async () => {
    for (const [invalid, status] of [
      ["REQUEST_INVALID", 400],
      ["CONTENT_INVALID", 422],
    ] as const) {
      const answer = await request(appOf(invalid)).post("/notes/7").send({ text: 1 });
      expect(answer.status).toBe(status);
      expect(answer.headers["content-type"]).toBe("application/problem+json");
      const problem: Problem = ProblemSchema.parse(answer.body);
      expect(problem.code).toBe(invalid);
      expect(problem.type).toBe(`urn:session-ledger:error:${invalid}`);
      expect(problem.errors).toEqual([{ path: "text", message: "must be of type string" }]);
      expect(problem.request_id).toBe(answer.headers["x-request-id"]);
    }
  });

  test("that the ledger cannot hold is 400, never 5xx", async () => {
    const bodies: Record<string, string | Buffer> = {
      empty: "",
      "not JSON": '{"text":',
      "a bare word": "text",
      "invalid UTF-8": Buffer.from([0x22, 0xff, 0x22]),
      "a byte order mark": Buffer.from('\ufeff{"text":"a"}'),
      "8 KB of brackets": "[".repeat(8_192),
      "65 levels": `${"[".repeat(65)}${"]".repeat(65)}`,
      "a __proto__ key": '{"text":"a","__proto__":{"text":"b"}}',
      "a number that a double cannot hold": '{"text":9007199254740993}',
      "another JSON type": '"text"',
    };
    for (const [name, body] of Object.entries(bodies)) {
      const answer = await postRaw(body);
      expect([name, answer.status, answer.body.code]).toEqual([name, 400, "REQUEST_INVALID"]);
      expect(answer.body.errors).toHaveLength(1);
    }
  });

  test("is read only as application/json in UTF-8", async () => {
    for (const type of [
      "application/json",
      "Application/JSON; charset=UTF-8",
      'application/json;charset="utf-8"',
    ]) {
      const answer = await postRaw('{"text":"a"}', type);
      expect([type, answer.status]).toEqual([type, 200]);
    }
    for (const type of [
      "text/plain",
      "application/jsonp",
      "application/json; charset=latin1",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
    ]) {
      const answer = await postRaw('{"text":"a"}', type);
      expect([type, answer.status, answer.body.code]).toEqual([type, 415, "MEDIA_TYPE_UNSUPPORTED"]);
    }
  });

  test("that is compressed is 415", async () => {
    const answer = await request(appOf())
      .post("/notes/7")
      .set("Content-Encoding", "gzip")
      .set("Content-Type", "application/json")
      .send('{"text":"a"}');
    expect([answer.status, answer.body.code]).toEqual([415, "MEDIA_TYPE_UNSUPPORTED"]);
  });

  test("over the limit is 413", async () => {
    const app = express();
    app.use(mountFace(faceOf("REQUEST_INVALID"), { callerOf: () => LOCAL_CALLER, body_bytes_max: 32 }));
    app.use(problemHandler());
    const within = await request(app)
      .post("/notes/7")
      .send({ text: "a".repeat(21) });
    const over = await request(app)
      .post("/notes/7")
      .send({ text: "a".repeat(22) });
    expect(within.status).toBe(200);
    expect([over.status, over.body.code]).toEqual([413, "BODY_TOO_LARGE"]);
  });
});

describe("an error", () => {
  test("that passes by itself carries Retry-After, and only its detail is told", async () => {
    const answer = await request(appOf()).get("/notes/fail/full");
    expect([answer.status, answer.body.code]).toEqual([503, "STORE_FULL"]);
    expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
    expect(answer.text).not.toContain("/srv");
  });

  test("that was not expected is 500, says nothing of itself, and is reported", async () => {
    const reported: unknown[] = [];
    const answer = await request(appOf("REQUEST_INVALID", reported)).get("/notes/fail/hard");
    expect([answer.status, answer.body.code]).toEqual([500, "INTERNAL_ERROR"]);
    expect(answer.text).not.toContain("secret");
    expect(reported).toEqual([expect.any(TypeError)]);
  });

  test("after half an answer ends the connection", async () => {
    await expect(request(appOf()).get("/notes/fail/late")).rejects.toThrow();
  });
});

describe("a request id", () => {
  test("is kept if it is sane, else made anew", async () => {
    const sane = await request(appOf()).get("/nowhere").set("X-Request-Id", "req-1.a_b");
    expect(sane.body.request_id).toBe("req-1.a_b");
    for (const hostile of ["a b", '"><script>', "x".repeat(129), ""]) {
      const answer = await request(appOf()).get("/nowhere").set("X-Request-Id", hostile);
      expect(answer.headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
      expect(answer.body.request_id).toBe(answer.headers["x-request-id"]);
    }
  });
});
