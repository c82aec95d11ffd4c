import { type ClientOptions, createLedgerClient, type LedgerClient } from "@session-ledger/session_client";
import { onTestFinished } from "vitest";
import { DroppingProxy } from "../e2e/dropping_proxy.ts";
import { LedgerUnderTest } from "../e2e/ledger_under_test.ts";

/** A server of its own, and a client of it. */
export async function startedClient(): Promise<{ ledger: LedgerUnderTest; client: LedgerClient }> {
  const ledger = await LedgerUnderTest.started();
  onTestFinished(() => ledger.remove());
  return { ledger, client: createLedgerClient({ url: ledger.url }) };
}

/** A client that reaches a server through a proxy, which drops the answers of the connections that `drops` picks. */
export async function clientBehindProxy(
  ledger: LedgerUnderTest,
  drops: () => boolean,
  options: Partial<ClientOptions> = {},
): Promise<{ proxy: DroppingProxy; client: LedgerClient }> {
  const proxy = await DroppingProxy.started(ledger.url, drops);
  onTestFinished(() => proxy.stop());
  return { proxy, client: createLedgerClient({ url: proxy.url, backoff_ms_min: 0, ...options }) };
}
