import { LINE_BYTES_READ_MAX } from "@session-ledger/session_contract";
import { Unmappable } from "./unmappable.ts";

/** A line of a file, without its end. */
export interface SourceLine {
  /** From 1. */
  readonly number: number;
  readonly bytes: Buffer;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Splits bytes into lines on 0x0A only, and takes away what an editor may have added: a byte order mark at the
 * start, and a carriage return at the end of a line. A last line without its end is given out as it is.
 * @throws Unmappable for a line that no reader would accept
 */
export async function* splitLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<SourceLine, void> {
  let number = 1;
  let rest: Buffer[] = [];
  let rest_bytes = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      yield trim(number, Buffer.concat([...rest, chunk.subarray(start, end)]));
      number += 1;
      rest = [];
      rest_bytes = 0;
      start = end + 1;
    }
    rest.push(chunk.subarray(start));
    rest_bytes += chunk.length - start;
    if (rest_bytes > LINE_BYTES_READ_MAX)
      throw new Unmappable(number, "the line is too long", "LINE_TOO_LONG");
  }
  if (rest_bytes > 0) yield trim(number, Buffer.concat(rest));
}

function trim(number: number, bytes: Buffer): SourceLine {
  const marked = number === 1 && bytes.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  const start = marked ? BYTE_ORDER_MARK.length : 0;
  const end = bytes.at(-1) === RETURN ? bytes.length - 1 : bytes.length;
  return { number, bytes: bytes.subarray(start, end) };
}
