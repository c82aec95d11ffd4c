import type { FieldError } from "@session-ledger/session_contract";

/**
 * Input that does not have the required form. It has no code of its own: each face answers it with its own
 * (`Face.invalid`). `errors` never repeats what the client sent.
 */
export class InputInvalid extends Error {
  override name = "InputInvalid";
  readonly errors: readonly [FieldError, ...FieldError[]];

  constructor(first: FieldError, ...more: readonly FieldError[]) {
    super("The input does not have the required form.");
    this.errors = [first, ...more];
  }

  /** What to correct, as a sentence: the first fault, and how many more there are. */
  get detail(): string {
    const { path, message } = this.errors[0];
    const more = this.errors.length - 1;
    return `${path === "" ? "The input" : `\`${path}\``} ${message}${more > 0 ? ` (and ${more} more)` : ""}.`;
  }
}
