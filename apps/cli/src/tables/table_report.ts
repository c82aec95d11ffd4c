import { EXIT_CODES, type ExitCode } from "../exit_codes.ts";
import { counted } from "../fault_text.ts";
import type { Output } from "../output.ts";
import { jsonText, printable } from "../printable.ts";
import type { RowOutcome, RowResult } from "./row_result.ts";

/** What a person has to look into; nothing was changed for them. */
const FINDINGS: ReadonlySet<RowOutcome> = new Set<RowOutcome>(["conflict", "unmappable"]);

/** Tells of each row as it was asked for, and sums up. */
export class TableReport {
  readonly #output: Output;
  readonly #json: boolean;
  readonly #outcomes: Record<RowOutcome, number> = {
    imported: 0,
    importable: 0,
    unchanged: 0,
    skipped: 0,
    conflict: 0,
    unmappable: 0,
  };
  #lines = 0;

  constructor(output: Output, { json }: { readonly json: boolean }) {
    this.#output = output;
    this.#json = json;
  }

  async add(result: RowResult): Promise<void> {
    this.#outcomes[result.outcome] += 1;
    this.#lines += result.lines;
    if (this.#json) await this.#output.line(jsonText(result));
    else if (result.reason !== undefined) await this.#output.line(describe(result));
  }

  /** Writes the summary, and gives the exit code. */
  async end(): Promise<ExitCode> {
    const rows = Object.values(this.#outcomes).reduce((sum, count) => sum + count, 0);
    const told = Object.entries(this.#outcomes)
      .filter(([, count]) => count > 0)
      .map(([outcome, count]) => `${count} ${outcome}`);
    const sentence = `${counted(rows, "row")}: ${[...told, `${counted(this.#lines, "line")} recorded`].join(", ")}`;
    const summary = { rows, ...this.#outcomes, lines: this.#lines };
    await this.#output.line(this.#json ? jsonText({ summary }) : sentence);
    return [...FINDINGS].some((outcome) => this.#outcomes[outcome] > 0) ? EXIT_CODES.FINDINGS : EXIT_CODES.OK;
  }
}

function describe({ outcome, file, line, code, reason }: RowResult): string {
  const place = line === null ? file : `${file}:${line}`;
  return printable(`${outcome}: ${place}: ${reason}${code === undefined ? "" : ` (${code})`}`);
}
