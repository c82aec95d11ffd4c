import { hash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ApiKeysInvalid, parseApiKeys } from "./api_keys.ts";

const digestOf = (key: string) => hash("sha256", key, "hex");
const A = digestOf("a");
const B = digestOf("b");

function mistakesOf(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof ApiKeysInvalid) return error.mistakes;
    throw error;
  }
}

describe("a file of keys", () => {
  test("gives each key its role and its name", () => {
    const text = `# who may come in\r\n\n${A}  web  service\n\t${B}\tada-phone\tuser:ada \n${digestOf("c")} ops operator`;
    expect(parseApiKeys(text)).toEqual([
      { sha256: A, caller: { role: "service", principal: "web" } },
      { sha256: B, caller: { role: "user", principal: "ada-phone", user_id: "ada" } },
      { sha256: digestOf("c"), caller: { role: "operator", principal: "ops" } },
    ]);
  });

  test("may give one name several keys of one role, so that a key can be replaced", () => {
    expect(parseApiKeys(`${A} web service\n${B} web service`)).toHaveLength(2);
  });

  const wrong: [string, string, RegExp][] = [
    ["no key", "# none yet\n\n", /must hold a key/],
    ["a word too few", `${A} web`, /^line 1 must be a SHA-256, a name and a role/],
    ["a word too many", `${A} web service now`, /^line 1 must be a SHA-256, a name and a role/],
    ["a key itself", "my-secret-key web service", /^line 1 must begin with a SHA-256/],
    ["upper case", `${A.toUpperCase()} web service`, /^line 1 must begin with a SHA-256/],
    ["a name of other signs", `${A} we/b service`, /^line 1 must have a name/],
    ["an unknown role", `${A} web admin`, /^line 1 must have the role/],
    ["a user's role without its user", `${A} web user`, /^line 1 must have the role/],
    ["a user that is none", `${A} web user:_agents`, /^line 1 must have the role/],
    ["one key twice", `${A} web service\n${A} ops operator`, /^line 2 has the key of a line above/],
    ["one name with two roles", `${A} web service\n${B} web operator`, /^line 2 gives the name/],
  ];
  test.each(wrong)("with %s is refused", (_, text, sentence) => {
    expect(mistakesOf(() => parseApiKeys(text))).toEqual([expect.stringMatching(sentence)]);
  });

  test("is told of every mistake with its line, and no mistake repeats what the file holds", () => {
    const mistakes = mistakesOf(() =>
      parseApiKeys(`a-secret web service\n${A} ok service\n\nanother-secret`),
    );
    expect(mistakes.map((mistake) => mistake.slice(0, 6))).toEqual(["line 1", "line 4"]);
    expect(mistakes.join()).not.toMatch(/secret/);
  });

  test("of any text at all is taken or refused, never with another error", () => {
    const anyWord = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(A, B, "web", "service", "user:ada"),
    );
    const anyText = fc
      .array(fc.array(anyWord, { maxLength: 4 }))
      .map((lines) => lines.map((words) => words.join(" ")).join("\n"));
    fc.assert(
      fc.property(anyText, (text) => {
        for (const mistake of mistakesOf(() => parseApiKeys(text))) expect(mistake).not.toMatch(/[\r\n]/);
      }),
    );
  });
});
