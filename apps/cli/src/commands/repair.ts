import { openReader, openRecorder, RecorderError, type TailRepair } from "@session-ledger/schema_recorder";
import { Command } from "commander";
import type { CommandContext, Runner } from "../command_context.ts";
import { EXIT_CODES, type ExitCode } from "../exit_codes.ts";
import { counted, faultText } from "../fault_text.ts";
import { jsonText, printable } from "../printable.ts";
import { verifyIfStanding } from "../standing_logs.ts";

interface RepairOptions {
  readonly dryRun?: true;
  readonly json?: true;
}

export function repairCommand(run: Runner): Command {
  return new Command("repair")
    .description("Mend what a crash left at the ends of logs. Other damage is listed and never touched.")
    .option("--dry-run", "only list what would be done; takes no lock")
    .option("--json", "one JSON object a repair and a fault")
    .action((options: RepairOptions) => run((context) => repair(context, options)));
}

async function repair(context: CommandContext, options: RepairOptions): Promise<ExitCode> {
  const { output } = context;
  const done = options.dryRun !== true;
  let repairs = 0;
  for await (const each of done ? mendTails(context.log_root) : planTails(context.log_root)) {
    repairs += 1;
    await output.line(options.json ? jsonText({ ...each, done }) : describe(each, done));
  }
  const faults = await listFaults(context, options);
  if (!options.json) {
    await output.line(
      `${counted(repairs, "repair")} ${done ? "done" : "to do"}, ${counted(faults, "fault")} left`,
    );
  }
  return faults > 0 ? EXIT_CODES.FINDINGS : EXIT_CODES.OK;
}

/** The recorder repairs what it examines, under the lock and before any append. */
async function* mendTails(log_root: string): AsyncGenerator<TailRepair> {
  const recorder = await openRecorder({ root: log_root });
  try {
    const readiness = await recorder.readiness();
    if (!readiness.ready) throw new RecorderError("STORE_UNAVAILABLE", readiness.reason);
    await recorder.examineAll();
    yield* recorder.repairs;
  } finally {
    await recorder.close();
  }
}

async function* planTails(log_root: string): AsyncGenerator<TailRepair> {
  const reader = await openReader({ root: log_root });
  try {
    yield* reader.inspectTails();
  } finally {
    await reader.close();
  }
}

/** Prints the faults that stand now. In a dry run, those that a repair would mend are among them. */
async function listFaults({ log_root, output }: CommandContext, options: RepairOptions): Promise<number> {
  const reader = await openReader({ root: log_root });
  let count = 0;
  try {
    for await (const log of reader.logs()) {
      const { faults = [] } = (await verifyIfStanding(reader, log)) ?? {};
      count += faults.length;
      for (const fault of faults)
        await output.line(options.json ? jsonText(fault) : `fault: ${faultText(fault)}`);
    }
  } finally {
    await reader.close();
  }
  return count;
}

function describe({ file, action, byte_offset, bytes_cut, kept_as }: TailRepair, done: boolean): string {
  const where = `${done ? "repaired" : "would repair"}: ${file}: byte ${byte_offset}:`;
  switch (action) {
    case "add_newline":
      return printable(`${where} the last line is whole and gets its newline`);
    case "remove_empty":
      return printable(`${where} the file is empty and is removed`);
    case "cut":
      return printable(`${where} ${counted(bytes_cut, "byte")} cut off, kept as ${kept_as}`);
  }
}
