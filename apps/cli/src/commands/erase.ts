import { type EraseInput, EraseInputSchema } from "@session-ledger/session_contract";
import { Command, InvalidArgumentError } from "commander";
import type { Runner } from "../command_context.ts";
import { type KeyOption, keyOption, withOperators } from "../operator_door.ts";
import { printReports } from "../operator_report.ts";
import { UsageError } from "../usage_error.ts";

interface EraseOptions extends KeyOption {
  readonly user?: string;
  readonly line?: number;
  readonly reason?: string;
  readonly json?: true;
}

export function eraseCommand(run: Runner): Command {
  return new Command("erase")
    .description(
      "Erase a deleted session, all deleted sessions of a user, or the content of one line, for good.",
    )
    .argument("[session]", "a session_id")
    .option("--user <user_id>", "whose session; without a session, all of this user that are deleted")
    .option("--line <seq>", "only the content of this line, whatever the session's state", parseSeq)
    .option("--reason <code>", "why, as a code that says nothing about a person; it is kept")
    .option("--json", "one JSON object a session")
    .addOption(keyOption())
    .action((session: string | undefined, options: EraseOptions) =>
      run((context) => {
        const input = eraseInput(session, options);
        const reporting = { done: "erased", json: options.json === true };
        return withOperators(context.log_root, options.key, (door) =>
          printReports(context, reporting, () => door.erase(input)),
        );
      }),
    );
}

function eraseInput(session_id: string | undefined, { user, line, reason }: EraseOptions): EraseInput {
  if (session_id === undefined && user === undefined) throw new UsageError("name a session or a --user");
  if (session_id === undefined && line !== undefined) throw new UsageError("--line goes with a session");
  const parsed = EraseInputSchema.safeParse(
    session_id === undefined ? { user_id: user, reason } : { session_id, user_id: user, seq: line, reason },
  );
  if (!parsed.success) throw new UsageError("an id or the --reason does not have the required form");
  return parsed.data;
}

function parseSeq(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError("It must be a line's number, from 1.");
  return Number(text);
}
