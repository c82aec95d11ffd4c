import { createReadStream } from "node:fs";
import { JsonMalformed, JsonRefused, parseJson } from "@session-ledger/session_contract";
import { type SourceLine, splitLines } from "../source_lines.ts";
import { Unmappable } from "../unmappable.ts";
import type { TableLine } from "./table_line.ts";

/**
 * The rows of a JSONL file, one object a line; blank lines are passed over.
 * @throws Unmappable for a line that no reader would accept
 */
export async function* readJsonlTable(path: string): AsyncGenerator<TableLine, void> {
  const chunks = createReadStream(path);
  try {
    for await (const line of splitLines(chunks)) {
      if (line.bytes.length > 0) yield toTableLine(line);
    }
  } finally {
    chunks.destroy();
  }
}

function toTableLine({ number: line, bytes }: SourceLine): TableLine {
  try {
    return { line, cells: parseJson(bytes) };
  } catch (error) {
    if (error instanceof JsonMalformed)
      return { line, problem: new Unmappable(line, "not JSON, or cut off") };
    if (!(error instanceof JsonRefused)) throw error;
    return { line, problem: new Unmappable(line, error.detail, error.code) };
  }
}
