import { expect, test } from "vitest";
import { jsonText, printable } from "./printable.ts";

test("what a terminal would obey is escaped, and all else is left as it is", () => {
  expect(printable("\u001b[2Jnew\nline \u009b31m \u202eabc")).toBe(
    "\\u001b[2Jnew\\u000aline \\u009b31m \\u202eabc",
  );
  expect(printable("日本語 🖐️ ü")).toBe("日本語 🖐️ ü");
});

test("half of a surrogate pair is escaped, a whole one is not", () => {
  expect(printable("\ud83d 🖐")).toBe("\\ud83d 🖐");
});

test("JSON text means the same value after escaping", () => {
  const value = { text: "a\u009b\u2028\u202e\u001b\u007f\ud800" };
  expect(jsonText(value)).toMatch(/^[\u0020-\u007e]*$/);
  expect(JSON.parse(jsonText(value))).toEqual(value);
});
