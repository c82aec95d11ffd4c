import { createHash } from "node:crypto";
import type { z } from "zod";
import { InputInvalid } from "./input_invalid.ts";

/** How much of a list's SHA-256 a cursor carries: enough that no two lists are taken for one by accident. */
const FINGERPRINT_CHARACTERS = 16;

/**
 * A cursor, opaque to clients: which list it belongs to, and the place after which it goes on. `list` is what the list
 * holds, wherever its page begins and however long it is, as JSON.
 */
export function encodeCursor(list: unknown, place: readonly unknown[]): string {
  return Buffer.from(JSON.stringify([fingerprint(list), ...place])).toString("base64url");
}

/**
 * The place that a cursor of this list names.
 * @throws InputInvalid for what is no cursor, or one of another list
 */
export function decodeCursor<Place extends z.ZodType<readonly unknown[]>>(
  list: unknown,
  schema: Place,
  text: string,
): z.output<Place> {
  const cursor = parse(text);
  const [of_list, ...rest]: readonly unknown[] = Array.isArray(cursor) ? cursor : [];
  const place = schema.safeParse(rest);
  if (!place.success) throw new InputInvalid({ path: "cursor", message: "is not a cursor" });
  if (of_list !== fingerprint(list)) {
    throw new InputInvalid({ path: "cursor", message: "belongs to a list with other filters" });
  }
  return place.data;
}

function fingerprint(list: unknown): string {
  const hash = createHash("sha256").update(JSON.stringify(list)).digest("base64url");
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
