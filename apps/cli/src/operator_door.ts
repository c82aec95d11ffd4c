// Where an operator's command does its work: in this process, as the one writer of the log root, or through the server
// that is. A server writes its address beside the lock.
import { RecorderError, writerAddress } from "@session-ledger/schema_recorder";
import {
  type ArchiveInput,
  ERROR_CODES,
  type EraseInput,
  type ErrorCode,
  LedgerError,
  type OperatorReport,
  OperatorReportSchema,
  type RestoreInput,
} from "@session-ledger/session_contract";
import { Option } from "commander";
import { v4 as uuidv4 } from "uuid";
import { z } from "zod";
import { withRecorder } from "./writing_recorder.ts";

export interface KeyOption {
  readonly key?: string;
}

export function keyOption(): Option {
  return new Option("--key <key>", "an operator's key, for a server that asks for one").env("LEDGER_KEY");
}

export interface OperatorDoor {
  archive(input: ArchiveInput): Promise<OperatorReport>;
  restore(input: RestoreInput): Promise<OperatorReport>;
  erase(input: EraseInput): Promise<OperatorReport>;
}

/** What a server refused, as it said it. */
class ServerRefused extends LedgerError {}

const ProblemSchema = z.object({ code: z.string(), detail: z.string() });

/**
 * Does work as the writer of the log root, or through the server that is. `key` is an operator's, if the server asks
 * for one.
 * @throws RecorderError `LOG_ROOT_LOCKED` if another process writes that is no server
 */
export async function withOperators<Result>(
  log_root: string,
  key: string | undefined,
  work: (door: OperatorDoor) => Promise<Result>,
): Promise<Result> {
  try {
    return await withRecorder(log_root, async (recorder) => {
      // Loaded here, since all else that the command does goes without a face and its HTTP.
      const { SessionOperators } = await import("@session-ledger/session_manager");
      const operators = new SessionOperators({ recorder, ids: { recordId: () => uuidv4() } });
      return work({
        archive: (input) => operators.archive(input),
        restore: (input) => operators.restore(input),
        erase: (input) => operators.erase(input),
      });
    });
  } catch (error) {
    if (!(error instanceof RecorderError) || error.code !== "LOG_ROOT_LOCKED") throw error;
    const address = await writerAddress(log_root);
    if (address === undefined) throw error;
    return work(doorOf(address, key));
  }
}

function doorOf(address: string, key: string | undefined): OperatorDoor {
  const call = async (operation: string, input: object): Promise<OperatorReport> => {
    const response = await fetch(new URL(`/session_manager/sessions.${operation}`, address), {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        ...(key !== undefined && { Authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify(input),
    });
    const answer: unknown = await response.json();
    if (response.ok) return OperatorReportSchema.parse(answer);
    const { code, detail } = ProblemSchema.parse(answer);
    throw new ServerRefused(isErrorCode(code) ? code : "INTERNAL_ERROR", detail);
  };
  return {
    archive: (input) => call("archive", input),
    restore: (input) => call("restore", input),
    erase: (input) => call("erase", input),
  };
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}
