import { Router } from "express";
import { serveFiles, setup } from "swagger-ui-express";
import { protectPages } from "./security_headers.ts";

const OPTIONS = {
  swaggerUrl: "/openapi.json",
  customSiteTitle: "Session Ledger",
  customCss: "",
};

/**
 * Swagger UI at `/docs/`, to which `/docs` leads. Every file comes from this server, so it works offline; a path
 * that is none of its files is left to the next handler.
 */
export function createDocsPage(): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.use("/docs", protectPages, ...serveFiles(undefined, OPTIONS));
  router.get("/docs/", setup(undefined, OPTIONS));
  return router;
}
