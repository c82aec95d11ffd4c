import { sectionsOf } from "../docs/markdown.ts";
import { readPage } from "../docs/repository_pages.ts";

/** One cell of the table of states and commands in docs/protocol.md. */
export interface StatePair {
  /** What is asked, as the table has it, without back quotes. */
  readonly command: string;
  readonly state: string;
  /** The status; absent in the row of `sessions.validate`, which is always 200. */
  readonly status?: number;
  /** The error's code, or what `sessions.validate` says. */
  readonly word?: string;
}

const CELL = /^(?:(?<status>\d{3}) ?)?(?<word>\w+)?$/;

/** Every pair of state and command, as the page decides it. */
export function statePairs(): StatePair[] {
  const section = sectionsOf(readPage("docs/protocol.md"), 2).get("States and commands") ?? "";
  const [head, , ...rows] = section
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map(cellsOf);
  const table_rows = rows.filter((row) => row.length === head?.length);
  return table_rows.flatMap(([command, ...cells]) =>
    cells.map((cell, at) => toPair(command!, head![at + 1]!, cell)),
  );
}

function toPair(command: string, state: string, cell: string): StatePair {
  const { status, word } = CELL.exec(cell)?.groups ?? {};
  if (status === undefined && word === undefined) throw new Error(`The table has the cell ${cell}.`);
  return {
    command,
    state,
    ...(status !== undefined && { status: Number(status) }),
    ...(word !== undefined && { word }),
  };
}

function cellsOf(line: string): string[] {
  return line
    .slice(1, -1)
    .split("|")
    .map((cell) => cell.replaceAll("`", "").trim());
}
