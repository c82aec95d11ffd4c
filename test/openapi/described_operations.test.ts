// The description is for people and generators alike, so nothing in it may be without a sentence and an example.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LedgerUnderTest } from "../e2e/ledger_under_test.ts";
import { ApiDocument, type Content, type DescribedOperation } from "./api_document.ts";
import { lacksOf } from "./document_lacks.ts";

let ledger: LedgerUnderTest;
let document: ApiDocument;
beforeAll(async () => {
  ledger = await LedgerUnderTest.started();
  document = await ApiDocument.of(ledger.url);
});
afterAll(() => ledger.remove());

test("every operation has a tag, a description and examples that hold", () => {
  expect(document.operations.length).toBeGreaterThan(10);
  expect(document.operations.flatMap((operation) => lacksOf(document, operation))).toEqual([]);
});

test("every tag is described, and used", () => {
  const used = new Set(document.operations.flatMap(({ tags = [] }) => tags));
  expect([...used].sort()).toEqual(document.tags.map(({ name }) => name).sort());
  for (const { description } of document.tags) expect(description).toMatch(/\.$/);
});

test("every operation has an id of its own", () => {
  const ids = document.operations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

test("the same document stands below /api", async () => {
  const texts = ["/openapi.json", "/api/openapi.json"].map(async (path) =>
    (await fetch(ledger.url + path)).text(),
  );
  const [text, below_api] = await Promise.all(texts);
  expect(below_api).toBe(text);
});

describe("an operation", () => {
  const content: Content = { schema: { type: "object", required: ["a"] }, example: { a: 1 } };
  const whole: DescribedOperation = {
    method: "post",
    path: "/things/{thing_id}",
    operationId: "make_thing",
    tags: ["session_manager"],
    summary: "Make a thing",
    description: "It is new.",
    parameters: [{ in: "path", name: "thing_id", schema: { type: "string" }, description: "Which." }],
    requestBody: { content: { "application/json": content } },
    responses: { 201: { description: "Made.", content: { "application/json": content } } },
  };

  test("with all of it is let through", () => {
    expect(lacksOf(document, whole)).toEqual([]);
  });

  test.each<[string, Partial<DescribedOperation>, RegExp]>([
    ["without a tag", { tags: [] }, /one known tag/],
    ["with an unknown tag", { tags: ["things"] }, /one known tag/],
    ["without a description", { description: "" }, /description/],
    [
      "with a parameter that is not described",
      { parameters: [{ in: "query", name: "limit", schema: {} }] },
      /limit/,
    ],
    [
      "whose body has no example",
      { requestBody: { content: { "application/json": { schema: {} } } } },
      /body.*example/,
    ],
    [
      "whose example does not hold",
      { responses: { 200: { description: "x", content: { "text/plain": { ...content, example: {} } } } } },
      /200 text\/plain.*required/,
    ],
    [
      "whose example is not there",
      {
        responses: {
          404: {
            description: "x",
            content: { "text/plain": { schema: {}, examples: { A: { $ref: "#/components/examples/A" } } } },
          },
        },
      },
      /404 text\/plain.*no example/,
    ],
  ])("%s is caught", (_what, change, lack) => {
    expect(lacksOf(document, { ...whole, ...change }).join("\n")).toMatch(lack);
  });
});
