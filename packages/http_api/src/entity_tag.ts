import type { Request, Response } from "express";
import { z } from "zod";
import { InputInvalid } from "./input_invalid.ts";

/** Whether the session at `seq` is the one that the client means. */
export type SeqPrecondition = (seq: number) => boolean;

/** How long an `If-Match` may be, in characters: room for some hundred tags. */
const IF_MATCH_CHARACTERS_MAX = 4_096;

/** RFC 9110, 8.8.3: an entity tag, then the end or a comma. */
const LISTED_TAG = /[ \t]*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*(?:,|$)/y;

/** The `ETag` of an answer about one session, as the API's description has it. */
export const SeqTagSchema = z
  .string()
  .regex(/^"[1-9]\d*"$/)
  .meta({ description: "The `seq` at which the session stands, in quotes." });

/** The header field of an operation that honours `If-Match`, as the API's description has it. */
export const IF_MATCH_HEADERS = z.object({
  "If-Match": z
    .string()
    .regex(/^(?:\*|(?:W\/)?"[!#-~]*"(?:, *(?:W\/)?"[!#-~]*")*)$/)
    .optional()
    .meta({ description: "The `ETag` at which the session must stand: `*`, or a list of entity tags." }),
});

/** Says at which `seq` the session stands that this answer is about. */
export function setSeqTag(response: Response, seq: number): void {
  response.setHeader("ETag", `"${seq}"`);
}

/**
 * What the request's `If-Match` asks for, undefined if it has none. `*` takes any session that exists. A weak tag
 * never matches, since `If-Match` compares strongly (RFC 9110, 13.1.1).
 * @throws InputInvalid for a header that is not `*` or a list of entity tags
 */
export function ifMatch(request: Request): SeqPrecondition | undefined {
  const header = request.headers["if-match"];
  if (header === undefined) return undefined;
  if (header.trim() === "*") return () => true;
  const tags = strongTags(header);
  return (seq) => tags.has(String(seq));
}

function strongTags(header: string): ReadonlySet<string> {
  const malformed = new InputInvalid({ path: "If-Match", message: "must be `*` or a list of entity tags" });
  if (header === "" || header.length > IF_MATCH_CHARACTERS_MAX) throw malformed;
  const tags = new Set<string>();
  for (let at = 0; at < header.length; at = LISTED_TAG.lastIndex) {
    LISTED_TAG.lastIndex = at;
    const [, weak, tag] = LISTED_TAG.exec(header) ?? [];
    if (tag === undefined) throw malformed;
    if (weak === undefined) tags.add(tag);
  }
  return tags;
}
