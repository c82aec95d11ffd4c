import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { SchemaName } from "./fixtures.ts";

const FOLDER = join(import.meta.dirname, "../../schemas");
const ajv = new Ajv2020({ strict: true, allErrors: true });
addFormats.default(ajv);

/** Compiles the schema as it stands in `schemas/`, which is what readers in other languages have. */
export function jsonSchemaValidator(name: SchemaName): ValidateFunction {
  const schema = JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8")) as { $id: string };
  return ajv.getSchema(schema.$id) ?? ajv.compile(schema);
}
