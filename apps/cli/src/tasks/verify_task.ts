// Loaded by every thread that verifies logs.
import type { CreateLogTask, LogReport } from "@session-ledger/schema_recorder";
import { createSchemaCheck } from "../schema_check.ts";
import { verifyIfStanding } from "../standing_logs.ts";

/** Verifies a log, and each line of it against the schemas. Undefined: it no longer stands among the logs. */
export const createTask: CreateLogTask<undefined, LogReport | undefined> = () => {
  const checkSchema = createSchemaCheck();
  return (reader, log, on_line) =>
    verifyIfStanding(reader, log, (line) => {
      on_line();
      return checkSchema(line);
    });
};
