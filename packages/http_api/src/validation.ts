import { CONTRACT_SCHEMAS, type FieldError } from "@session-ledger/session_contract";
import { z } from "zod";
import { InputInvalid } from "./input_invalid.ts";

/** How many faults of one request are told. */
export const FIELD_ERRORS_MAX = 20;

/**
 * The value as the schema has it.
 * @throws InputInvalid with one error for each fault
 */
export function validated<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value, { error: plainMessage });
  if (result.success) return result.data;
  const words = new Set([...contractWords(), ...fieldNames(schema)]);
  const [first = { path: "", message: "is not valid" }, ...more] = result.error.issues
    .flatMap((issue) => toFieldErrors(issue, words))
    .slice(0, FIELD_ERRORS_MAX);
  throw new InputInvalid(first, ...more);
}

/**
 * Asserts that a value is valid as it stands, for a caller who goes on with the very value that was sent.
 * @throws InputInvalid as `validated` does
 */
export function assertValid<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): asserts value is z.input<Schema> {
  validated(schema, value);
}

/** Messages that follow a field's name in a sentence, as those of the contract's own schemas do. */
function plainMessage(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "is required" : `must be of type ${issue.expected}`;
    case "invalid_value":
      return `must be ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}`;
    default:
      return undefined;
  }
}

/**
 * An answer never repeats what the client sent, and names of fields may be the client's own (an unknown field, a
 * label). So a name is told only if it is a word of a schema; any other stands as `*`.
 */
function toFieldErrors(issue: z.core.$ZodIssue, words: ReadonlySet<string>): FieldError[] {
  const path = issue.path.map((name) => (typeof name === "number" || words.has(String(name)) ? name : "*"));
  if (issue.code !== "unrecognized_keys") return [{ path: path.join("."), message: issue.message }];
  const names = new Set(issue.keys.map((key) => (words.has(key) ? key : "*")));
  return [...names].map((name) => ({ path: [...path, name].join("."), message: "is not allowed here" }));
}

let contract_words: ReadonlySet<string> | undefined;

/** The names that the contract's schemas use, such as the `timestamp` that a boundary command may not have. */
function contractWords(): ReadonlySet<string> {
  contract_words ??= new Set(Object.values(CONTRACT_SCHEMAS).flatMap((schema) => [...fieldNames(schema)]));
  return contract_words;
}

const names_by_schema = new WeakMap<z.ZodType, ReadonlySet<string>>();

function fieldNames(schema: z.ZodType): ReadonlySet<string> {
  const known = names_by_schema.get(schema);
  if (known !== undefined) return known;
  const names = new Set<string>();
  collectNames(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }), names);
  names_by_schema.set(schema, names);
  return names;
}

function collectNames(node: unknown, names: Set<string>): void {
  if (node === null || typeof node !== "object") return;
  for (const [keyword, child] of Object.entries(node)) {
    if (keyword === "properties") for (const name of Object.keys(child)) names.add(name);
    collectNames(child, names);
  }
}
