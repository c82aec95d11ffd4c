import type { CatalogEntry } from "./catalog/catalog_entry.ts";
import type { Fault } from "./recorder.ts";

/** The end of a log as the catalog knows it. */
export interface KnownEnd {
  /** The last acknowledged line, or a line before it. */
  readonly seq: number;
  readonly hash: string;
}

export function knownEnd({ state, hash }: CatalogEntry): KnownEnd {
  return { seq: state.seq, hash };
}

/**
 * What is wrong with a log, sound in itself, that does not have the line the catalog knows. `line` is the one after
 * its last, and begins at `byte_offset`.
 */
export function disagreement(file: string, line: number, byte_offset: number, known: KnownEnd): Fault {
  if (line - 1 < known.seq) {
    const reason = `the log ends after line ${line - 1}, and line ${known.seq} of it was acknowledged`;
    return { code: "LOG_TRUNCATED", file, line, byte_offset, reason };
  }
  const reason = "the line is another one than was acknowledged";
  return { code: "LOG_CORRUPT", file, line: known.seq, byte_offset: 0, reason };
}
