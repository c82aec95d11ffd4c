import { expect, test } from "vitest";
import { startedClient } from "./client_under_test.ts";

test("a client reads how the server is, and what it counts", async () => {
  const { server } = (await startedClient()).client;
  expect(await server.liveness()).toEqual({ status: "alive" });
  expect(await server.readiness()).toEqual({ status: "ready" });
  expect(await server.metrics()).toMatch(/^session_ledger_active_sessions 0$/m);
});
