import type { Request, Response } from "express";
import { z } from "zod";

/** The `Link` of a page of a list, as the API's description has it. */
export const NextLinkSchema = z
  .string()
  .regex(/^<[^<>]+>; rel="next"$/)
  .meta({ description: "Points to the next page, where there is one." });

/** Points to the list's next page (RFC 8288): the same request, from `cursor` on. */
export function linkNextPage(request: Request, response: Response, cursor: string): void {
  const [path, query] = request.originalUrl.split("?", 2);
  const parameters = new URLSearchParams(query);
  parameters.set("cursor", cursor);
  response.setHeader("Link", `<${path}?${parameters}>; rel="next"`);
}
