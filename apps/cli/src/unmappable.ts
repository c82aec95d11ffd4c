/** Why what is to be imported cannot be, and the line it is about, if it is about one. */
export class Unmappable extends Error {
  override name = "Unmappable";
  readonly line: number | null;
  readonly code: string | undefined;

  constructor(line: number | null, reason: string, code?: string) {
    super(reason);
    this.line = line;
    this.code = code;
  }
}
