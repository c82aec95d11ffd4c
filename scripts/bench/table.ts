import type { Row } from "./row.ts";

const HEADINGS = ["measure", "ours", "peer", "ratio", "reach", "reached", "what bounds it"];

/** The rows as a Markdown table, whose columns line up on a terminal too. */
export function toTable(rows: readonly Row[]): string {
  const cells = [HEADINGS, ...rows.map(cellsOf)];
  const widths = HEADINGS.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const lines = cells.map(
    (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`,
  );
  const rule = `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`;
  return [lines[0], rule, ...lines.slice(1)].join("\n");
}

function cellsOf({ measure, ours, peer, ratio, reach, reached, bound_by }: Row): string[] {
  const verdict = reached === undefined ? "" : reached ? "yes" : "no";
  return [measure, ours, peer, ratio === undefined ? "" : ratio.toFixed(2), reach, verdict, bound_by];
}
