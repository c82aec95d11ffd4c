import { createHash } from "node:crypto";
import { InputInvalid } from "@session-ledger/http_api";
import type { ListPosition, SessionQuery } from "@session-ledger/schema_recorder";
import { SessionIdSchema, UserIdSchema } from "@session-ledger/session_contract";
import { z } from "zod";

/** How much of a query's SHA-256 a cursor carries: enough that no two queries are taken for one by accident. */
const FINGERPRINT_CHARACTERS = 16;

/** What a cursor says: which list it belongs to, and the place of the last session that was given. */
const CursorSchema = z.tuple([z.string(), z.int(), UserIdSchema, SessionIdSchema]);

/** What a list holds, wherever its page begins and however long it is. */
type ListedBy = Omit<SessionQuery, "after" | "limit">;

/** The cursor that goes on after `position`, opaque to clients. */
export function encodeCursor(query: ListedBy, { started_ms, user_id, session_id }: ListPosition): string {
  const cursor: z.infer<typeof CursorSchema> = [fingerprint(query), started_ms, user_id, session_id];
  return Buffer.from(JSON.stringify(cursor)).toString("base64url");
}

/**
 * The place that a cursor of this list names.
 * @throws InputInvalid for what is no cursor, or one of a list of other filters
 */
export function decodeCursor(query: ListedBy, text: string): ListPosition {
  const parsed = CursorSchema.safeParse(parse(text));
  if (!parsed.success) throw new InputInvalid({ path: "cursor", message: "is not a cursor" });
  const [of_list, started_ms, user_id, session_id] = parsed.data;
  if (of_list !== fingerprint(query)) {
    throw new InputInvalid({ path: "cursor", message: "belongs to a list with other filters" });
  }
  return { started_ms, user_id, session_id };
}

function fingerprint({ kinds, states, user_id, started_after_ms, started_before_ms }: ListedBy): string {
  const filters = [kinds, states, user_id ?? null, started_after_ms ?? null, started_before_ms ?? null];
  const hash = createHash("sha256").update(JSON.stringify(filters)).digest("base64url");
  return hash.slice(0, FINGERPRINT_CHARACTERS);
}

function parse(text: string): unknown {
  const bytes = Buffer.from(text, "base64url");
  try {
    // Node passes over what is not base64url; a cursor that says more than it should is none.
    return bytes.toString("base64url") === text ? JSON.parse(bytes.toString()) : undefined;
  } catch {
    return undefined;
  }
}
