/** A write that did not put down what it was given. */
export class WriteFailed extends Error {
  override name = "WriteFailed";
}

/**
 * A short write is a failure: what was written is not the line (DESIGN section 5, recovery rule 4).
 * @throws WriteFailed
 */
export function assertWritten(written: number, asked: number, path: string): void {
  if (written !== asked) throw new WriteFailed(`wrote ${written} of ${asked} bytes to ${path}`);
}
