import { printable } from "./printable.ts";

/** A column: its heading, and how many characters a cell may show. */
export interface Column {
  readonly title: string;
  readonly characters_max?: number;
}

const GAP = "  ";

/** Rows as lines of plain text, each column as wide as its widest cell. The first line holds the titles. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => columns.map((column, index) => clip(row[index] ?? "", column)));
  const all = [columns.map((column) => column.title), ...cells];
  const widths = columns.map((_, index) =>
    all.reduce((width, row) => Math.max(width, length(row[index]!)), 0),
  );
  return all.map((row) =>
    row
      .map((cell, index) => cell + " ".repeat(widths[index]! - length(cell)))
      .join(GAP)
      .trimEnd(),
  );
}

function clip(text: string, { characters_max = Number.POSITIVE_INFINITY }: Column): string {
  const shown = [...printable(text)];
  return shown.length <= characters_max ? shown.join("") : `${shown.slice(0, characters_max - 1).join("")}…`;
}

function length(text: string): number {
  return [...text].length;
}
