// Where the journal stands, read from its files (docs/log_format.md): how many batches were committed, and their
// bytes. So the peer can write batches of the same size.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const SEGMENT = /^(\d{16})\.wal$/;
const FRAME_HEADER_BYTES = 24;
const FRAME_BEGIN = "SLJ";
const LENGTH_AT = 12;

/** The number of the batch that comes next, and what a batch of the present segment has on average, in bytes. */
export interface JournalPosition {
  readonly next_batch: number;
  readonly batch_bytes_mean: number;
}

export function journalPosition(root: string): JournalPosition {
  const folder = join(root, ".ledger", "journal");
  const name = readdirSync(folder)
    .filter((each) => SEGMENT.test(each))
    .sort()
    .at(-1);
  if (name === undefined) throw new Error("the journal has no segment to measure");
  const bytes = readFileSync(join(folder, name));
  let frames = 0;
  let offset = 0;
  // Behind the frames stand zeros.
  while (bytes.toString("latin1", offset, offset + FRAME_BEGIN.length) === FRAME_BEGIN) {
    offset += FRAME_HEADER_BYTES + bytes.readUInt32BE(offset + LENGTH_AT);
    frames += 1;
  }
  return { next_batch: Number(SEGMENT.exec(name)![1]) + frames, batch_bytes_mean: offset / frames };
}
