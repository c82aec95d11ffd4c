import { Backup, type BackupSummary, backupRefusal, openReader } from "@session-ledger/schema_recorder";
import { Command } from "commander";
import type { CommandContext, Runner } from "../command_context.ts";
import { CopyVerification } from "../copy_verification.ts";
import { EXIT_CODES, type ExitCode } from "../exit_codes.ts";
import { counted } from "../fault_text.ts";
import { FoundFaults } from "../found_faults.ts";
import { countAllLogs } from "../log_filter.ts";
import { jsonText } from "../printable.ts";
import { type Progress, startProgress } from "../progress.ts";
import { UsageError } from "../usage_error.ts";

interface BackupOptions {
  readonly json?: true;
}

export function backupCommand(run: Runner): Command {
  return new Command("backup")
    .description("Copy the log root to an empty folder, and verify the copy. It may run beside a server.")
    .argument("<folder>", "where the copy is to stand; it is made if it is missing")
    .option("--json", "one JSON object a fault, and the summary as the last")
    .action((folder: string, options: BackupOptions) => run((context) => backUp(context, folder, options)));
}

async function backUp(context: CommandContext, folder: string, { json }: BackupOptions): Promise<ExitCode> {
  const { log_root, output } = context;
  const refusal = await backupRefusal(log_root, folder);
  if (refusal !== undefined) throw new UsageError(refusal);
  const faults = new FoundFaults(output, json === true);
  const backup = await Backup.begin({ root: log_root, folder });
  await withProgress(context, "backup", log_root, (progress) => copy(backup, faults, progress));
  await listMissing(log_root, faults);
  await withProgress(context, "verify", folder, async (progress) => {
    const verification = new CopyVerification(folder, faults, progress);
    await verification.everything();
    for (let again = await backup.settle(); again.length > 0; again = await backup.settle()) {
      for (const fault of again.flatMap((copied) => copied.faults)) await faults.add(fault);
      await verification.only(again);
    }
  });
  const { gone, ...copied } = await backup.finish();
  for (const fault of gone) await faults.add(fault);
  const summary = { ...copied, faults: faults.count };
  await output.line(json ? jsonText({ summary }) : describe(summary));
  return faults.count > 0 ? EXIT_CODES.FINDINGS : EXIT_CODES.OK;
}

async function copy(backup: Backup, faults: FoundFaults, progress: Progress): Promise<void> {
  for await (const copied of backup.copy()) {
    for (const fault of copied.faults) await faults.add(fault);
    progress.log();
  }
}

/** Adds the logs that the last writer knew and that are gone. */
async function listMissing(log_root: string, faults: FoundFaults): Promise<void> {
  const reader = await openReader({ root: log_root });
  try {
    for await (const fault of reader.missingLogs()) await faults.add(fault);
  } finally {
    await reader.close();
  }
}

async function withProgress(
  { stderr, output }: CommandContext,
  command: string,
  root: string,
  work: (progress: Progress) => Promise<void>,
): Promise<void> {
  const bar = !output.is_terminal;
  const progress = await startProgress({ command, stream: stderr, bar, count: () => countFiles(root) });
  try {
    await work(progress);
  } finally {
    progress.stop();
  }
}

async function countFiles(root: string): Promise<number> {
  const reader = await openReader({ root });
  try {
    return await countAllLogs(reader, {});
  } finally {
    await reader.close();
  }
}

function describe({
  logs,
  archives,
  bytes,
  faults,
}: Omit<BackupSummary, "gone"> & { readonly faults: number }): string {
  const copied = `${counted(logs, "log")} and ${counted(archives, "archive")} copied and verified`;
  return `${copied}, ${counted(bytes, "byte")}, ${counted(faults, "fault")}`;
}
