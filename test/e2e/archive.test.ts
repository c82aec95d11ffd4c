// Archiving and restoring over HTTP, on a server in a process of its own.
import { createHash } from "node:crypto";
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ask, post } from "./http_exchange.ts";
import { LedgerUnderTest } from "./ledger_under_test.ts";
import { logFileOf } from "./log_root_files.ts";
import { APPEND, endSession, lookUp, messageInput, openSession } from "./operations.ts";

test.each(["SIGTERM", "SIGKILL"] as const)(
  "a restored session has the bytes that it had before it was archived, also after a %s and a restart",
  async (signal) => {
    const ledger = await LedgerUnderTest.started();
    onTestFinished(() => ledger.remove());
    const session = await openSession(ledger.url);
    for (const text of ["\u2028 é \u{1f600} \u0000", "x".repeat(400_000), '","hash":"'])
      expect((await post(ledger.url, APPEND, { ...messageInput(session), text })).status).toBe(201);
    await endSession(ledger.url, session);
    const path = join(ledger.log_root, logFileOf(session));
    const fileHash = async () =>
      createHash("sha256")
        .update(await readFile(path))
        .digest("hex");
    const operate = (act: string) =>
      post(ledger.url, `/session_manager/sessions.${act}`, { session_id: session.session_id });
    const told = async () => {
      const events = `/session_manager/sessions/${session.session_id}/events`;
      const lines = await ask(ledger.url, { path: events, headers: { Accept: "application/x-ndjson" } });
      return [lines.text, lines.headers["etag"], (await lookUp(ledger.url, session.session_id)).body];
    };
    const before = await told();
    const hash_before = await fileHash();

    expect((await operate("archive")).status).toBe(200);
    await ledger.stop(signal);
    await ledger.start();
    expect((await lookUp(ledger.url, session.session_id)).body["reason"]).toBe("not_found_archived");
    await expect(access(path)).rejects.toThrow("ENOENT");

    expect((await operate("restore")).status).toBe(200);
    expect([await told(), await fileHash()]).toEqual([before, hash_before]);
    await ledger.stop(signal);
    await ledger.start();
    expect([await told(), await fileHash()]).toEqual([before, hash_before]);
  },
);
