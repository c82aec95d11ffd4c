import { isDeepStrictEqual } from "node:util";
import { ErasedEventSchema, type EventToAppend, type Line } from "@session-ledger/session_contract";

/** How a log of the ledger stands to the upstream log of the same ids. */
export type Comparison =
  | {
      readonly same: true;
      /** How many upstream lines the ledger holds already. */
      readonly matched: number;
      /** How many the import that wrote them set out to record. */
      readonly promised: number;
    }
  | { readonly same: false; readonly source_line: number | null; readonly reason: string };

/**
 * Compares, line by line, what was imported with what upstream says. Lines that the ledger added itself (an end by
 * the system, an operator's acts) have no counterpart and are passed over.
 */
export async function compareWithSource(
  lines: AsyncIterable<Line>,
  source: AsyncGenerator<EventToAppend>,
): Promise<Comparison> {
  try {
    return await compare(lines, source);
  } finally {
    await source.return(undefined);
  }
}

async function compare(
  lines: AsyncIterable<Line>,
  source: AsyncIterator<EventToAppend>,
): Promise<Comparison> {
  let matched = 0;
  let promised: number | undefined;
  for await (const line of lines) {
    if (line.imported === undefined) {
      if (line.seq === 1) return differs(null, "the session exists and was not imported");
      continue;
    }
    const next = await source.next();
    if (next.done) return differs(null, "the ledger holds more lines than the file");
    if (!isSame(line, next.value)) {
      return differs(next.value.imported!.source_line, "the ledger holds something else");
    }
    matched += 1;
    promised ??= line.imported.source_lines;
  }
  return { same: true, matched, promised: promised ?? matched };
}

/** An erased line's content is gone from the ledger for good; the rest of the line still tells which it was. */
function isSame(line: Line, source: EventToAppend): boolean {
  return (
    line.type === source.type &&
    line.imported?.source_line === source.imported?.source_line &&
    line.imported?.recorded_at === source.imported?.recorded_at &&
    (ErasedEventSchema.safeParse(line.event).success || isDeepStrictEqual(line.event, source.event))
  );
}

function differs(source_line: number | null, reason: string): Comparison {
  return { same: false, source_line, reason };
}
