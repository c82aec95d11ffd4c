import type { KnownSession } from "./models.ts";
import { ServiceError } from "./service_error.ts";

/** Whether the session, at the `seq` where it stands, is the one that the client means. */
export type Precondition = (seq: number) => boolean;

/**
 * Checked once the command is accepted: RFC 9110, 13.2.1, has a request that fails anyway fail for its own reason.
 * @throws ServiceError `PRECONDITION_FAILED`
 */
export function assertPrecondition({ state }: KnownSession, precondition: Precondition | undefined): void {
  if (precondition?.(state.seq) === false) throw new ServiceError("PRECONDITION_FAILED");
}
