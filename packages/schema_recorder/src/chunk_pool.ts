// The memory into which logs are read, chunk by chunk. A chunk is used again by the next log, since making one costs
// as much as reading a small log does, and a tail that waits for its log to grow holds none.

const CHUNK_BYTES = 256 * 1024;
/** How many chunks are kept while no log is being read. */
const SPARE_MAX = 4;

const spare: Buffer[] = [];

/** A chunk with anything in it; `giveChunk` takes it back once nothing refers to its bytes any more. */
export function takeChunk(): Buffer {
  return spare.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
}

export function giveChunk(chunk: Buffer): void {
  if (spare.length < SPARE_MAX) spare.push(chunk);
}
