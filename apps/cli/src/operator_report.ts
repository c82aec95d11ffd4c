import { LedgerError, type OperatorReport } from "@session-ledger/session_contract";
import type { CommandContext } from "./command_context.ts";
import { EXIT_CODES, type ExitCode } from "./exit_codes.ts";
import { counted } from "./fault_text.ts";
import { jsonText, printable } from "./printable.ts";

export interface ReportOptions {
  /** What was done, as in `archived`. */
  readonly done: string;
  readonly json: boolean;
  /** Nothing is done, so asking again would change nothing. */
  readonly once?: boolean;
}

/**
 * Asks until all is done, and prints what became of each session. What cannot be done to any session is a finding; an
 * error of the store is thrown.
 */
export async function printReports(
  { output, stderr }: CommandContext,
  { done, json, once }: ReportOptions,
  ask: () => Promise<OperatorReport>,
): Promise<ExitCode> {
  let done_count = 0;
  let refused_count = 0;
  for (let complete = false; !complete; ) {
    const report = await ask().catch((error: unknown) => {
      if (!isRefusal(error)) throw error;
      stderr.write(`session-ledger: ${printable(error.message)}\n`);
    });
    if (report === undefined) return EXIT_CODES.FINDINGS;
    done_count += report.sessions.length;
    refused_count = report.refused.length;
    for (const session of report.sessions) {
      const { user_id, session_id } = session;
      await output.line(json ? jsonText({ outcome: done, ...session }) : `${done}: ${user_id}/${session_id}`);
    }
    // Those that are refused would be asked for again and again.
    complete = once === true || report.complete || report.sessions.length === 0;
    if (!complete) continue;
    for (const refused of report.refused) {
      const { user_id, session_id, code } = refused;
      await output.line(
        json ? jsonText({ outcome: "refused", ...refused }) : `refused: ${user_id}/${session_id}: ${code}`,
      );
    }
  }
  if (!json) await output.line(`${counted(done_count, "session")} ${done}, ${refused_count} refused`);
  return refused_count > 0 ? EXIT_CODES.FINDINGS : EXIT_CODES.OK;
}

/** Whether an error is about the sessions that were named, and not about the store or the caller. */
function isRefusal(error: unknown): error is LedgerError {
  return (
    error instanceof LedgerError &&
    /^(SESSION|LOG|LINE)_/.test(error.code) &&
    error.code !== "LOG_ROOT_LOCKED"
  );
}
