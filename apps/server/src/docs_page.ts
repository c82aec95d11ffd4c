import { HttpRejected } from "@session-ledger/http_api";
import { type ErrorRequestHandler, Router } from "express";
import { serveFiles, setup } from "swagger-ui-express";
import { protectPages } from "./security_headers.ts";

const OPTIONS = {
  swaggerUrl: "/openapi.json",
  customSiteTitle: "Session Ledger",
  customCss: "",
  // The badge that it names would have another site check the document.
  swaggerOptions: { validatorUrl: null },
};

/**
 * Swagger UI at `/docs/`, to which `/docs` leads. Every file comes from this server, so it works offline; a path
 * that is none of its files is left to the next handler.
 */
export function createDocsPage(): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.use("/docs", protectPages, ...serveFiles(undefined, OPTIONS));
  router.get("/docs/", setup(undefined, OPTIONS));
  router.use(refuseAsMissing);
  return router;
}

/** A part or a version of a file that it does not have (`Range`, `If-Match`) is the client's mistake, not ours. */
const refuseAsMissing: ErrorRequestHandler = (error: unknown, _request, _response, next) => {
  const status = error instanceof Error && "status" in error ? Number(error.status) : 500;
  next(status < 500 ? new HttpRejected("ROUTE_NOT_FOUND", undefined, { cause: error }) : error);
};
