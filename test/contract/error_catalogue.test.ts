import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HTTP_STATUS } from "@session-ledger/http_api";
import { ERROR_CODES } from "@session-ledger/session_contract";
import { expect, test } from "vitest";

const PAGE = readFileSync(join(import.meta.dirname, "../../docs/errors.md"), "utf8");
const ROWS = [...PAGE.matchAll(/^\| (\d{3}) \| `([A-Z_]+)` \| ([^|]+) \| ([^|]+) \|$/gm)];

test("every code has one HTTP status, and no status stands without a code", () => {
  expect(Object.keys(HTTP_STATUS).sort()).toEqual(Object.keys(ERROR_CODES).sort());
});

test("every status says whose fault it is: the client's or the server's", () => {
  for (const status of Object.values(HTTP_STATUS)) {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
  }
});

test("docs/errors.md has one row for every code, with its status", () => {
  const listed = ROWS.map(([, status, code]) => [code, Number(status)]);
  expect(listed.length).toBe(Object.keys(ERROR_CODES).length);
  expect(Object.fromEntries(listed)).toEqual(HTTP_STATUS);
});

test("docs/errors.md is sorted by status, then by code", () => {
  const listed = ROWS.map(([, status, code]) => `${status} ${code}`);
  expect(listed).toEqual([...listed].sort());
});
