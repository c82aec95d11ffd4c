// Loaded by every thread that verifies logs.
import type { CreateLogTask, LogReport } from "@session-ledger/schema_recorder";
import { createSchemaCheck } from "../schema_check.ts";

/** Verifies a log, and each line of it against the schemas. */
export const createTask: CreateLogTask<undefined, LogReport> = () => {
  const checkSchema = createSchemaCheck();
  return (reader, log, on_line) =>
    reader.verify(log, (line) => {
      on_line();
      return checkSchema(line);
    });
};
