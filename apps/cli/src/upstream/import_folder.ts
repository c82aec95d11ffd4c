import type { CommandContext } from "../command_context.ts";
import { EXIT_CODES, type ExitCode } from "../exit_codes.ts";
import { counted } from "../fault_text.ts";
import { jsonText, printable } from "../printable.ts";
import { startProgress } from "../progress.ts";
import { withRecorder } from "../writing_recorder.ts";
import { type ImportOutcome, type ImportResult, importLog } from "./import_log.ts";
import { assertUpstreamRoot, findUpstreamLogs } from "./upstream_files.ts";

/** What a person has to look into; nothing was changed for them. */
const FINDINGS: ReadonlySet<ImportOutcome> = new Set<ImportOutcome>(["grown", "conflict", "unmappable"]);

/**
 * Imports every log of an upstream root, and reports each.
 * @throws UsageError, and RecorderError when the store fails
 */
export async function importFolder(
  { log_root, output, stderr }: CommandContext,
  folder: string,
  { json }: { readonly json: boolean },
): Promise<ExitCode> {
  const count = () => countUpstreamLogs(folder);
  // Before the recorder is opened, which makes the log root.
  await assertUpstreamRoot(folder);
  const tally = new ImportTally();
  await withRecorder(log_root, async (recorder) => {
    const progress = await startProgress({
      command: "import",
      stream: stderr,
      bar: !output.is_terminal,
      count,
    });
    try {
      for await (const source of findUpstreamLogs(folder)) {
        const result = await importLog(source, {
          recorder,
          clock: Date.now,
          on_line: () => progress.lines(1),
        });
        progress.log();
        tally.add(result);
        if (json) await output.line(jsonText(result));
        else for (const line of describe(result)) await output.line(line);
      }
    } finally {
      progress.stop();
    }
  });
  await output.line(json ? jsonText({ summary: tally.summary() }) : tally.sentence());
  return tally.has_findings ? EXIT_CODES.FINDINGS : EXIT_CODES.OK;
}

async function countUpstreamLogs(folder: string): Promise<number> {
  let count = 0;
  for await (const _ of findUpstreamLogs(folder)) count += 1;
  return count;
}

/** What a person wants to know of one log: an end that was added, and why it was not imported. */
function describe({ outcome, file, line, code, reason, ended_by_system }: ImportResult): readonly string[] {
  const told: string[] = [];
  if (ended_by_system) told.push(`ended by the system: ${file}`);
  if (outcome === "finished") told.push(`finished: ${file}: an earlier import was cut off`);
  if (FINDINGS.has(outcome)) {
    const place = line == null ? file : `${file}:${line}`;
    told.push(`${outcome}: ${place}: ${reason}${code === undefined ? "" : ` (${code})`}`);
  }
  return told.map(printable);
}

class ImportTally {
  readonly #outcomes: Record<ImportOutcome, number> = {
    imported: 0,
    finished: 0,
    unchanged: 0,
    grown: 0,
    conflict: 0,
    unmappable: 0,
  };
  #lines = 0;
  #ended_by_system = 0;
  has_findings = false;

  add({ outcome, lines, ended_by_system }: ImportResult): void {
    this.#outcomes[outcome] += 1;
    this.#lines += lines;
    if (ended_by_system) this.#ended_by_system += 1;
    this.has_findings ||= FINDINGS.has(outcome);
  }

  summary() {
    const logs = Object.values(this.#outcomes).reduce((sum, count) => sum + count, 0);
    return { logs, ...this.#outcomes, lines: this.#lines, ended_by_system: this.#ended_by_system };
  }

  sentence(): string {
    const { logs, lines, ended_by_system, ...outcomes } = this.summary();
    const parts = Object.entries(outcomes)
      .filter(([, count]) => count > 0)
      .map(([outcome, count]) => `${count} ${outcome}`);
    const ended = ended_by_system > 0 ? `, ${counted(ended_by_system, "session")} ended by the system` : "";
    return `${counted(logs, "log")}: ${[...parts, `${counted(lines, "line")} recorded`].join(", ")}${ended}`;
  }
}
