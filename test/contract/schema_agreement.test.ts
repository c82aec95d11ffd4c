import { CONTRACT_SCHEMAS } from "@session-ledger/session_contract";
import fc from "fast-check";
import { expect, test } from "vitest";
import { readFixtures, type SchemaName } from "./fixtures.ts";
import { jsonSchemaValidator } from "./json_schema_validators.ts";
import { mutated, mutations } from "./mutation.ts";

const FIXTURES = readFixtures("valid").map((file) => file.fixture);

/** Asserts that zod and JSON Schema say the same of a value, and tells what they say. */
function verdictOf(schema: SchemaName, value: unknown): "valid" | "invalid" {
  const byZod = CONTRACT_SCHEMAS[schema].safeParse(value).success;
  const byJsonSchema = jsonSchemaValidator(schema)(value);
  expect({ schema, value, valid: byZod }).toEqual({ schema, value, valid: byJsonSchema });
  return byZod ? "valid" : "invalid";
}

test("zod and JSON Schema agree on whatever a valid value is changed into", () => {
  const seen = { valid: 0, invalid: 0 };
  fc.assert(
    fc.property(fc.constantFrom(...FIXTURES), mutations, ({ schema, value }, steps) => {
      seen[verdictOf(schema, mutated(value, steps))] += 1;
    }),
    { numRuns: 5_000 },
  );
  // A generator that reaches only one of the two would show nothing.
  expect(seen.valid).toBeGreaterThan(500);
  expect(seen.invalid).toBeGreaterThan(500);
});

test("zod and JSON Schema agree on a value of one schema held against another", () => {
  for (const { value } of FIXTURES) {
    for (const schema of Object.keys(CONTRACT_SCHEMAS) as SchemaName[]) verdictOf(schema, value);
  }
});
