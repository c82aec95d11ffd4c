// Whether the server that was started with this environment answers: exit code 0 or 1, for supervisors that run a
// command (HEALTHCHECK of the Dockerfile).
import { get } from "node:http";
import { readConfig } from "./config.ts";

const ANSWER_MS_MAX = 4_000;

/** Where to reach a server that listens at an address which is none to connect to. */
const REACHED_AT: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };

const { host, port } = readConfig(process.env);
const request = get({
  host: REACHED_AT[host] ?? host,
  port,
  path: "/livez",
  timeout: ANSWER_MS_MAX,
});
request.on("response", ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1));
request.on("timeout", () => request.destroy());
request.on("error", () => process.exit(1));
