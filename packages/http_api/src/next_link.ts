import type { Request, Response } from "express";

/** Points to the list's next page (RFC 8288): the same request, from `cursor` on. */
export function linkNextPage(request: Request, response: Response, cursor: string): void {
  const [path, query] = request.originalUrl.split("?", 2);
  const parameters = new URLSearchParams(query);
  parameters.set("cursor", cursor);
  response.setHeader("Link", `<${path}?${parameters}>; rel="next"`);
}
