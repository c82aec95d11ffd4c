export * from "./face.ts";
export * from "./http_status.ts";
