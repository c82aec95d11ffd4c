import { CONTRACT_SCHEMAS } from "@session-ledger/session_contract";
import { describe, expect, test } from "vitest";
import { readFixtures, type SchemaName } from "./fixtures.ts";
import { jsonSchemaValidator } from "./json_schema_validators.ts";

const VALID = readFixtures("valid");
const INVALID = readFixtures("invalid");

test("every schema has valid and invalid fixtures, and there are no others", () => {
  const names = Object.keys(CONTRACT_SCHEMAS).sort();
  for (const files of [VALID, INVALID]) {
    expect([...new Set(files.map((file) => file.fixture.schema))].sort()).toEqual(names);
  }
});

test("a fixture's file is named after its schema and its case, in snake_case", () => {
  for (const { name, fixture } of [...VALID, ...INVALID]) {
    expect(name).toMatch(new RegExp(`^${fixture.schema}\\.[a-z0-9_]+\\.json$`));
  }
});

test("a fixture says why in a sentence, and an invalid one says where", () => {
  for (const { fixture } of [...VALID, ...INVALID]) expect(fixture.why).toMatch(/^\S.+\.$/);
  for (const { fixture } of VALID) expect(Object.keys(fixture)).toEqual(["schema", "why", "value"]);
  for (const { fixture } of INVALID) expect(Object.keys(fixture)).toEqual(["schema", "why", "at", "value"]);
});

describe("a valid fixture is taken by zod and by JSON Schema", () => {
  test.each(VALID)("$name", ({ fixture: { schema, value } }) => {
    expect(faultsOf(schema, value)).toEqual([]);
    const validate = jsonSchemaValidator(schema);
    validate(value);
    expect(validate.errors).toBeNull();
  });
});

describe("an invalid fixture is refused by zod and by JSON Schema, for the one fault it shows", () => {
  test.each(INVALID)("$name", ({ fixture: { schema, at, value } }) => {
    const faults = faultsOf(schema, value);
    expect(faults).not.toEqual([]);
    for (const fault of faults) expect(fault).toBe(at);
    expect(jsonSchemaValidator(schema)(value)).toBe(false);
  });
});

/** Where zod finds faults, dotted. An unknown key is a fault at that key. */
function faultsOf(schema: SchemaName, value: unknown): string[] {
  const issues = CONTRACT_SCHEMAS[schema].safeParse(value).error?.issues ?? [];
  return issues.flatMap((issue) => {
    const keys = issue.code === "unrecognized_keys" ? issue.keys.map((key) => [key]) : [[]];
    return keys.map((key) => [...issue.path, ...key].join("."));
  });
}
