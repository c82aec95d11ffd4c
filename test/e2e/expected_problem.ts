import { expect } from "vitest";
import type { Answered } from "./http_exchange.ts";

/** Every member that a problem may have (DESIGN section 8). */
const MEMBERS = ["code", "detail", "errors", "request_id", "status", "title", "type"];

/** Those that say why a session is not found, and from where to where a session cannot go. */
const FURTHER_MEMBERS = ["archived_at", "deleted_at", "found", "new_state", "old_state", "reason", "restore"];

/** Asserts that an answer is this problem, in the one form that every error has. */
export function expectProblem(answer: Answered, status: number, code: string): void {
  expect([answer.status, answer.body["code"]], answer.text).toEqual([status, code]);
  expect(answer.headers["content-type"]).toMatch(/^application\/problem\+json\b/);
  expect(answer.body).toMatchObject({
    type: expect.any(String),
    title: expect.stringMatching(/\w/),
    status,
    detail: expect.stringMatching(/\w/),
    request_id: answer.headers["x-request-id"],
  });
  expect([...MEMBERS, ...FURTHER_MEMBERS]).toEqual(expect.arrayContaining(Object.keys(answer.body)));
}

/** Asserts that an answer refuses the form of the input, and names `path` among its faults. */
export function expectInvalid(answer: Answered, status: 400 | 422, path?: string): void {
  expectProblem(answer, status, status === 400 ? "REQUEST_INVALID" : "CONTENT_INVALID");
  const errors = answer.body["errors"] as { path: string; message: string }[];
  expect(errors.length).toBeGreaterThan(0);
  for (const error of errors)
    expect(error).toEqual({ path: expect.any(String), message: expect.any(String) });
  if (path !== undefined) expect(errors.map((error) => error.path)).toContain(path);
}
