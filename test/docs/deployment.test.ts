import { HTTP_STATUS, LOG_ERRORS } from "@session-ledger/http_api";
import { VARIABLE_NAMES } from "@session-ledger/server";
import { ERROR_CODES, type ErrorCode } from "@session-ledger/session_contract";
import { expect, test } from "vitest";
import { sectionsOf } from "./markdown.ts";
import { readPage } from "./repository_pages.ts";

const PAGE = readPage("docs/deployment.md");

/** The codes that no client can do anything about. */
const OPERATORS_CODES = (Object.keys(ERROR_CODES) as ErrorCode[]).filter(
  (code) => HTTP_STATUS[code] >= 500 || LOG_ERRORS.includes(code),
);

test("the runbook says what to do about every code that is the operator's, and about no other", () => {
  const headings = [...sectionsOf(PAGE, 3).keys()].join(" ");
  const told = [...headings.matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code);
  expect(told.toSorted()).toEqual(OPERATORS_CODES.toSorted());
});

test("a variable that the page sets or names is one that the server reads", () => {
  const set = [...PAGE.matchAll(/^Environment=([A-Z_]+)=/gm)].map(([, name]) => name!);
  const named = [...PAGE.matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)].map(([, name]) => name!);
  const known = new Set<string>([...VARIABLE_NAMES, ...Object.keys(ERROR_CODES)]);
  expect(set.length).toBeGreaterThan(0);
  expect([...set, ...named].filter((name) => !known.has(name))).toEqual([]);
});
