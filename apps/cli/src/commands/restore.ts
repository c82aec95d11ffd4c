import { Command } from "commander";
import type { Runner } from "../command_context.ts";
import { type KeyOption, keyOption, withOperators } from "../operator_door.ts";
import { printReports } from "../operator_report.ts";

interface RestoreOptions extends KeyOption {
  readonly user?: string;
  readonly json?: true;
}

export function restoreCommand(run: Runner): Command {
  return new Command("restore")
    .description("Bring the log of an archived session back, byte for byte.")
    .argument("<session>", "a session_id")
    .option("--user <user_id>", "whose session, where several users have one of this id")
    .option("--json", "one JSON object a session")
    .addOption(keyOption())
    .action((session_id: string, { user, json, key }: RestoreOptions) =>
      run((context) =>
        withOperators(context.log_root, key, (door) =>
          printReports(context, { done: "restored", json: json === true }, () =>
            door.restore({ session_id, user_id: user }),
          ),
        ),
      ),
    );
}
