import { IDEMPOTENCY_KEY } from "@session-ledger/http_api";
import { z } from "zod";

/** The request's id in every example. */
export const EXAMPLE_REQUEST_ID = "425c0790-3d19-4f6d-b566-533d81e22b51";

/** The header fields of every answer. */
export const ANSWER_HEADERS = {
  "X-Request-Id": z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/)
    .meta({ description: "Names the request, also in the server's log." }),
};

/** The header fields that any `POST` takes. */
export const PostHeadersSchema = z.object({
  "Idempotency-Key": z.string().regex(IDEMPOTENCY_KEY).optional().meta({
    description: "The client's own key of the request: a retry with it gets the first answer again.",
  }),
});
