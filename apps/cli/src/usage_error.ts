/** A mistake of the one who called: the command did nothing. */
export class UsageError extends Error {
  override name = "UsageError";
}
