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

/**
 * Makes a check of a line against the JSON Schemas that are published in schemas/: it says what is wrong, or
 * nothing. An event of an unknown type is fine, since a later version may have written it, and so is an erased one.
 */
export function createSchemaCheck(): (line: Line) => string | undefined {
  const ajv = new Ajv2020({ strict: true });
  addFormats.default(ajv);
  const isLine = ajv.compile(toJsonSchema(LineSchema));
  const isErased = ajv.compile(toJsonSchema(ErasedEventSchema));
  const isEvent = new Map<string, ValidateFunction>();
  for (const [type, schema] of Object.entries(EVENT_SCHEMAS))
    isEvent.set(type, ajv.compile(toJsonSchema(schema)));
  for (const [kind, schema] of Object.entries(STARTED_EVENT_SCHEMAS))
    isEvent.set(`session.started ${kind}`, ajv.compile(toJsonSchema(schema)));

  return (line) => {
    if (!isLine(line)) return describe("line", isLine);
    const validate = isEvent.get(`${line.type} ${line.kind}`) ?? isEvent.get(line.type);
    if (validate === undefined || isErased(line.event) || validate(line.event)) return undefined;
    return describe(`event of type ${line.type}`, validate);
  };
}

function describe(what: string, { errors }: ValidateFunction): string {
  const error = errors?.[0];
  const path = error?.instancePath ? ` at ${error.instancePath}` : "";
  return `the ${what} does not match its schema${path}: ${error?.message ?? "it is refused"}`;
}
