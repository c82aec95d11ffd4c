import {
  ErasedEventSchema,
  EVENT_SCHEMAS,
  type Line,
  LineSchema,
  STARTED_EVENT_SCHEMAS,
  toJsonSchema,
} from "@session-ledger/session_contract";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { z } from "zod";

/** Says what is wrong with a line, or nothing. */
export type SchemaCheck = (line: Line) => string | undefined;

/**
 * Makes a check of a line against the JSON Schemas that are published in schemas/: it says what is wrong, or
 * nothing. An event of an unknown type is fine, since a later version may have written it, and so is an erased one.
 */
export function createSchemaCheck(): SchemaCheck {
  const ajv = new Ajv2020({ strict: true });
  addFormats.default(ajv);
  const compile = (schema: z.ZodType): ValidateFunction => ajv.compile(toJsonSchema(schema));
  const isLine = compile(LineSchema);
  // A schema takes milliseconds to compile, and most roots hold events of few types.
  const compiled = new Map<z.ZodType, ValidateFunction>();
  const validateOf = (schema: z.ZodType): ValidateFunction => {
    const validate = compiled.get(schema) ?? compile(schema);
    compiled.set(schema, validate);
    return validate;
  };

  return (line) => {
    if (!isLine(line)) return describe("line", isLine);
    const schema = schemaOf(line);
    if (schema === undefined) return undefined;
    const validate = validateOf(schema);
    if (validate(line.event) || validateOf(ErasedEventSchema)(line.event)) return undefined;
    return describe(`event of type ${line.type}`, validate);
  };
}

/** What an event must look like, if a schema says so. */
function schemaOf({ type, kind }: Line): z.ZodType | undefined {
  if (type === "session.started" && kind !== undefined && isKeyOf(STARTED_EVENT_SCHEMAS, kind))
    return STARTED_EVENT_SCHEMAS[kind];
  return isKeyOf(EVENT_SCHEMAS, type) ? EVENT_SCHEMAS[type] : undefined;
}

function isKeyOf<Key extends string>(record: Readonly<Record<Key, unknown>>, key: string): key is Key {
  return Object.hasOwn(record, key);
}

function describe(what: string, { errors }: ValidateFunction): string {
  const error = errors?.[0];
  const path = error?.instancePath ? ` at ${error.instancePath}` : "";
  return `the ${what} does not match its schema${path}: ${error?.message ?? "it is refused"}`;
}
