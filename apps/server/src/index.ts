export * from "./api_keys.ts";
export * from "./app.ts";
export * from "./config.ts";
export * from "./exit_codes.ts";
export * from "./metrics.ts";
export * from "./openapi.ts";
export * from "./phase.ts";
export * from "./settings.ts";
