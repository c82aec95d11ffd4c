import { ERROR_CODES, type ErrorCode, LedgerError, ProblemSchema } from "@session-ledger/session_contract";
import { describe, expect, test } from "vitest";
import { HTTP_STATUS } from "./http_status.ts";
import { retryAfterSeconds, toProblem } from "./problem.ts";

const CODES = Object.keys(ERROR_CODES) as ErrorCode[];

describe("a problem", () => {
  test("of every code is valid and tells the detail, never the message", () => {
    for (const code of CODES) {
      const problem = toProblem(new LedgerError(code, "/srv/ledger"), "req-1");
      expect(ProblemSchema.parse(problem)).toEqual(problem);
      expect(problem).toMatchObject({ code, status: HTTP_STATUS[code], title: ERROR_CODES[code].title });
      expect(JSON.stringify(problem)).not.toContain("/srv");
    }
  });

  test("says how long to wait for every code that is 503", () => {
    const unavailable = CODES.filter((code) => HTTP_STATUS[code] === 503);
    expect(unavailable.filter((code) => retryAfterSeconds(code) === undefined)).toEqual([]);
  });

  test("of something that is no error at all is INTERNAL_ERROR", () => {
    for (const thrown of [undefined, null, "text", { status: 404, code: "SESSION_NOT_FOUND" }]) {
      expect(toProblem(thrown, "req-1").code).toBe("INTERNAL_ERROR");
    }
  });
});
