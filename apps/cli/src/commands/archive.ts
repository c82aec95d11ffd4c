import type { ArchiveInput } from "@session-ledger/session_contract";
import { Command, InvalidArgumentError } from "commander";
import type { Runner } from "../command_context.ts";
import { type KeyOption, keyOption, withOperators } from "../operator_door.ts";
import { printReports } from "../operator_report.ts";
import { UsageError } from "../usage_error.ts";

const DAY_MS = 86_400_000;

interface ArchiveOptions extends KeyOption {
  readonly olderThan?: number;
  readonly user?: string;
  readonly dryRun?: true;
  readonly json?: true;
}

export function archiveCommand(run: Runner): Command {
  return new Command("archive")
    .description("Pack away the log of a session that has ended, or all that ended so long ago.")
    .argument("[session]", "a session_id")
    .option("--older-than <days>", "all that ended as many days ago, such as 90d", parseDays)
    .option("--user <user_id>", "whose session, where several users have one of this id")
    .option("--dry-run", "with --older-than: only list what would be archived")
    .option("--json", "one JSON object a session")
    .addOption(keyOption())
    .action((session: string | undefined, options: ArchiveOptions) =>
      run((context) => {
        const input = archiveInput(session, options);
        const once = options.dryRun === true;
        const reporting = { done: once ? "to be archived" : "archived", json: options.json === true, once };
        return withOperators(context.log_root, options.key, (door) =>
          printReports(context, reporting, () => door.archive(input)),
        );
      }),
    );
}

function archiveInput(
  session: string | undefined,
  { olderThan, user, dryRun }: ArchiveOptions,
): ArchiveInput {
  if ((session === undefined) === (olderThan === undefined))
    throw new UsageError("name a session, or say --older-than");
  if (olderThan !== undefined) {
    if (user !== undefined) throw new UsageError("--user goes with a session");
    const ended_before = new Date(Date.now() - olderThan * DAY_MS).toISOString();
    return { ended_before, dry_run: dryRun === true };
  }
  if (dryRun) throw new UsageError("--dry-run goes with --older-than");
  return { session_id: session!, user_id: user };
}

function parseDays(text: string): number {
  const days = /^(\d{1,5})d$/.exec(text)?.[1];
  if (days === undefined) throw new InvalidArgumentError("It must be a number of days, such as 90d.");
  return Number(days);
}
