import { expect, test } from "vitest";
import { ERROR_CODES } from "./error_codes.ts";

test.each(Object.entries(ERROR_CODES))(
  "%s says what it means and what to do, in sentences",
  (code, entry) => {
    expect(code).toMatch(/^[A-Z]+(?:_[A-Z]+)*$/);
    expect(entry.title).toMatch(/^[A-Z][^|\n]*[^.|\n]$/);
    expect(entry.meaning).toMatch(/^[A-Z`][^|\n]*\.$/);
    expect(entry.action).toMatch(/^[A-Z`][^|\n]*\.$/);
  },
);

test("no two codes have the same title", () => {
  const titles = Object.values(ERROR_CODES).map((entry) => entry.title);
  expect(new Set(titles).size).toBe(titles.length);
});
