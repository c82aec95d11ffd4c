// What to ask, drawn from the document: a request as it should be, and often one thing that is wrong with it. A plan
// is drawn before anything is sent, so it names no session; which known things it aims at is a number.
import fc from "fast-check";
import { type Mutation, mutations } from "../contract/mutation.ts";
import { HOSTILE_TEXTS } from "../e2e/hostile_values.ts";
import type { ApiDocument, DescribedOperation, Parameter } from "./api_document.ts";
import { valuesOf } from "./schema_values.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

const RAW_BODIES = [
  "",
  "null",
  "[]",
  '"text"',
  "{",
  '{"a":',
  '{"user_id":NaN}',
  "{'a':1}",
  "\ufeff{}",
  "\0",
  '{"__proto__":{"user_id":"a"}}',
  '{"user_id":"a","user_id":"b"}',
  "1e999",
  `{"a":${"9".repeat(400)}}`,
  `${"[".repeat(70)}${"]".repeat(70)}`,
  "[".repeat(9_000),
  `{"state":{"text":"${"x".repeat(530_000)}"}}`,
  `{"text":"${"x".repeat(600_000)}"}`,
];

const MEDIA_TYPES = [
  undefined,
  "",
  "text/plain",
  "application/jsonp",
  "application/json; charset=latin1",
  "application/json, text/html",
  "application/problem+json",
  "multipart/form-data; boundary=x",
  "application/x-www-form-urlencoded",
  "\u00ff",
];

const HEADERS: Readonly<Record<string, readonly string[]>> = {
  Accept: ["*/*", "text/html", "application/json;q=0", "text/event-stream", "application/x-ndjson", ",", ""],
  "If-Match": ["*", '"1"', '"2"', 'W/"1"', '"1", "3"', "1", '"', ",", '"'.repeat(5_000)],
  "Idempotency-Key": ["one", "two", "~", " ", "a b", "\u00fc", "x".repeat(255), "x".repeat(256)],
  "Last-Event-ID": ["0", "1", "999999", "-1", "01", "x"],
  Host: ["example.org", "localhost.example.org", ""],
  Origin: ["http://example.org", "null", "http://localhost:1"],
  "X-Request-Id": ["call-1", "a b", "x".repeat(200), "\u00fc"],
  "Content-Encoding": ["gzip", "br", "identity"],
  Range: ["bytes=0-1"],
  "X-HTTP-Method-Override": ["DELETE"],
};

export type Breakage =
  | { readonly type: "mutated body"; readonly steps: readonly Mutation[] }
  | { readonly type: "raw body"; readonly text: string }
  | { readonly type: "media type"; readonly value: string | undefined }
  | { readonly type: "method"; readonly value: string }
  | { readonly type: "header"; readonly name: string; readonly value: string }
  | { readonly type: "parameter"; readonly at: number; readonly text: string; readonly twice: boolean }
  | { readonly type: "query"; readonly text: string };

export interface RequestPlan {
  readonly operation: DescribedOperation;
  /** By the place and the name of each parameter: `path session_id`. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  readonly accept: string;
  /** Which known things the path and the query aim at; undefined for the drawn values. */
  readonly aim: number | undefined;
  /** Whether the body aims at them too. */
  readonly body_aims: boolean;
  readonly breakage: Breakage | undefined;
}

/** Draws one request of any operation. */
export function requestPlans(document: ApiDocument): fc.Arbitrary<RequestPlan> {
  return fc.oneof(...document.operations.map((operation) => plansOf(document, operation)));
}

function plansOf(document: ApiDocument, operation: DescribedOperation): fc.Arbitrary<RequestPlan> {
  const { parameters = [], requestBody, responses } = operation;
  const content = requestBody?.content["application/json"];
  const body = content === undefined ? fc.constant(undefined) : valuesOf(document, content.schema);
  const successes = Object.entries(responses).filter(([status]) => status.startsWith("2"));
  const media_types = successes.flatMap(([, answer]) => Object.keys(answer.content ?? {}));
  return fc.record({
    operation: fc.constant(operation),
    parameters: parametersOf(document, parameters),
    body: requestBody?.required === false ? fc.option(body, { nil: undefined }) : body,
    accept: fc.constantFrom("*/*", ...media_types),
    aim: fc.option(fc.nat({ max: 1_000 }), { nil: undefined, freq: 8 }),
    body_aims: fc.constantFrom(true, true, true, false),
    breakage: fc.option(breakages, { nil: undefined, freq: 2 }),
  });
}

function parametersOf(document: ApiDocument, parameters: readonly Parameter[]) {
  const drawn = parameters.map((parameter) => {
    const { in: place, name, schema, required = false } = parameter;
    const values = valuesOf(document, schema);
    // A condition that does not hold keeps a request from all else, so header fields are rarer than the rest.
    const left_out = { weight: place === "header" ? 4 : 1, arbitrary: fc.constant(undefined) };
    return [`${place} ${name}`, required ? values : fc.oneof(left_out, values)];
  });
  return fc.record<Record<string, unknown>>(Object.fromEntries(drawn));
}

const hostile = fc.oneof(fc.constantFrom(...HOSTILE_TEXTS), fc.string({ unit: "binary", maxLength: 20 }));

const breakages: fc.Arbitrary<Breakage> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant("mutated body" as const), steps: mutations }) },
  fc.record({ type: fc.constant("raw body" as const), text: fc.constantFrom(...RAW_BODIES) }),
  fc.record({ type: fc.constant("media type" as const), value: fc.constantFrom(...MEDIA_TYPES) }),
  fc.record({ type: fc.constant("method" as const), value: fc.constantFrom(...METHODS) }),
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(...Object.entries(HEADERS))
      .chain(([name, values]) =>
        fc.constantFrom(...values).map((value) => ({ type: "header" as const, name, value })),
      ),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("parameter" as const),
      at: fc.nat({ max: 20 }),
      text: hostile,
      twice: fc.boolean(),
    }),
  },
  fc.record({
    type: fc.constant("query" as const),
    text: fc.constantFrom("%", "%zz", "=", "&&&", "a[b]=1", "__proto__=1", "limit", "x".repeat(4_000)),
  }),
);
