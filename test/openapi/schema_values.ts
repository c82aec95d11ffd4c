import fc from "fast-check";
import { HOSTILE_TEXTS } from "../e2e/hostile_values.ts";
import type { ApiDocument, Schema } from "./api_document.ts";

/** Below this many references a value is cut off by a null, since a schema of JSON refers to itself. */
const REFERENCES_MAX = 4;

/**
 * Draws values that a schema takes, or nearly: keywords that none of our schemas draws its values from (`if`, `not`)
 * are passed over, so who needs a verdict asks the document.
 */
export function valuesOf(document: ApiDocument, schema: Schema, references = 0): fc.Arbitrary<unknown> {
  const inner = (part: unknown, deeper = 0) => valuesOf(document, part as Schema, references + deeper);
  const { $ref, anyOf, oneOf, allOf, type } = schema;
  if ("const" in schema) return fc.constant(schema["const"]);
  if (Array.isArray(schema["enum"])) return fc.constantFrom(...schema["enum"]);
  if (typeof $ref === "string") {
    return references < REFERENCES_MAX ? inner(document.resolve($ref), 1) : fc.constant(null);
  }
  const either = anyOf ?? oneOf;
  if (Array.isArray(either)) return fc.oneof(...either.map((part) => inner(part)));
  if (Array.isArray(allOf)) {
    const { allOf: _, ...rest } = schema;
    return inner(Object.assign({}, rest, ...allOf.toReversed()));
  }
  if (Array.isArray(type)) return fc.oneof(...type.map((each) => inner({ ...schema, type: each })));
  switch (type) {
    case "null":
      return fc.constant(null);
    case "boolean":
      return fc.boolean();
    case "integer":
      return integers(schema);
    case "number":
      return fc.double({ ...boundsOf(schema), noNaN: true, noDefaultInfinity: true }).map(exact);
    case "string":
      return texts(schema);
    case "array":
      return arrays(schema, inner);
    case "object":
      return objects(schema, inner);
    default:
      return jsonValues(3);
  }
}

/** In place of a number that the ledger refuses because a double does not hold it exactly; no schema says so. */
function exact<Value>(value: Value): Value | number {
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? 0.5 : value;
}

function jsonValues(maxDepth: number): fc.Arbitrary<unknown> {
  return fc
    .jsonValue({ maxDepth })
    .map((value) => JSON.parse(JSON.stringify(value, (_key, part: unknown) => exact(part))));
}

type Inner = (part: unknown) => fc.Arbitrary<unknown>;

function boundsOf({ minimum, maximum }: Schema): { min?: number; max?: number } {
  return {
    ...(typeof minimum === "number" && { min: minimum }),
    ...(typeof maximum === "number" && { max: maximum }),
  };
}

function integers(schema: Schema): fc.Arbitrary<number> {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = boundsOf(schema);
  const near = { min: Math.max(min, Math.min(0, max)), max: Math.min(max, Math.max(min, 0) + 20) };
  return fc.oneof(
    fc.maxSafeInteger().map((value) => Math.min(max, Math.max(min, value))),
    fc.integer(near),
  );
}

function texts({ pattern, format, minLength = 0, maxLength = 40 }: Schema): fc.Arbitrary<string> {
  if (format === "uuid") return fc.uuid({ version: 4 });
  if (format === "date-time") return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (typeof pattern === "string") return fc.stringMatching(new RegExp(pattern), { size: "small" });
  const length = { minLength: Number(minLength), maxLength: Number(maxLength) };
  return fc.oneof(fc.string({ unit: "binary", ...length }), fc.constantFrom(...HOSTILE_TEXTS));
}

function arrays({ items, prefixItems, minItems = 0, maxItems = 4 }: Schema, inner: Inner) {
  if (Array.isArray(prefixItems)) return fc.tuple(...prefixItems.map(inner));
  const length = { minLength: Number(minItems), maxLength: Math.min(Number(maxItems), 4) };
  return fc.array(items === undefined ? jsonValues(1) : inner(items), length);
}

/** Fields that are not required are there in half of the values, and a few that the schema does not name. */
function objects({ properties = {}, required = [], additionalProperties }: Schema, inner: Inner) {
  const fields = Object.entries(properties as Record<string, Schema>).map(([name, schema]) => [
    name,
    inner(schema),
  ]);
  const named = fc.record<Record<string, unknown>>(Object.fromEntries(fields), {
    requiredKeys: required as string[],
  });
  if (additionalProperties === false) return named;
  const others =
    additionalProperties === undefined || additionalProperties === true ? {} : additionalProperties;
  const more = fc.dictionary(fc.string({ maxLength: 8 }), inner(others), { maxKeys: 2 });
  return fc.tuple(more, named).map(([unnamed, value]) => ({ ...unnamed, ...value }));
}
