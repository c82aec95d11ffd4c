import { HttpRejected } from "@session-ledger/http_api";
import { type ErrorRequestHandler, Router } from "express";
import { serveFiles, setup } from "swagger-ui-express";
import { protectPages } from "./security_headers.ts";

const OPTIONS = {
  swaggerUrl: "../openapi.json",
  customSiteTitle: "Session Ledger",
  customCss: "",
  // The badge that it names would have another site check the document.
  swaggerOptions: { validatorUrl: null },
};

/** Where the pages stand, each beside an `openapi.json` of its own. */
const PAGES = ["/docs", "/api/docs"];

/**
 * Swagger UI at `/docs/` and `/api/docs/`, to which the same without the slash leads. Every file comes from this
 * server and the document is named relative to the page, so it works offline and below a proxy's prefix; a path that
 * is none of its files is left to the next handler.
 */
export function createDocsPage(): Router {
  const router = Router({ caseSensitive: true, strict: true });
  for (const page of PAGES) {
    router.use(page, protectPages, ...serveFiles(undefined, OPTIONS));
    router.get(`${page}/`, setup(undefined, OPTIONS));
  }
  router.use(refuseAsMissing);
  return router;
}

/** A part or a version of a file that it does not have (`Range`, `If-Match`) is the client's mistake, not ours. */
const refuseAsMissing: ErrorRequestHandler = (error: unknown, _request, _response, next) => {
  const status = error instanceof Error && "status" in error ? Number(error.status) : 500;
  next(status < 500 ? new HttpRejected("ROUTE_NOT_FOUND", undefined, { cause: error }) : error);
};
