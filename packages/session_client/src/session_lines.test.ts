import { describe, expect, test } from "vitest";
import { createLedgerClient } from "./ledger_client.ts";
import { answer, drop, problem, type Script, startStub } from "./test_stub_server.ts";

const HASTY = { backoff_ms_min: 0, retries_max: 3, tail_silence_ms_max: 50 };

function lineText(seq: number): string {
  return `${JSON.stringify({ seq, event: { text: "é" } })}\n`;
}

/** Sends these bytes, then ends the answer, cuts the connection, or leaves it silent. */
function lines(text: string, then: "end" | "cut" | "silence"): Script {
  return (response) => {
    response.writeHead(200, { "Content-Type": "application/x-ndjson" });
    response.flushHeaders();
    response.write(text, () => {
      if (then === "end") response.end();
      else if (then === "cut") response.destroy();
    });
  };
}

async function read(...scripts: readonly [Script, ...Script[]]) {
  const stub = await startStub(...scripts);
  const { session_manager } = createLedgerClient({ url: stub.url, ...HASTY });
  const seqs = async () => (await Array.fromAsync(session_manager.lines("sess_1"))).map(({ seq }) => seq);
  return { stub, outcome: seqs() };
}

describe("the lines of a session", () => {
  test("come once each, over answers that are cut, silent and refused", async () => {
    const { stub, outcome } = await read(
      lines(lineText(1) + lineText(2).slice(0, 20), "cut"),
      problem(503, "STORE_UNAVAILABLE", { "Retry-After": "0" }),
      lines(lineText(2), "silence"),
      drop,
      lines(lineText(3) + lineText(4), "end"),
    );
    expect(await outcome).toEqual([1, 2, 3, 4]);
    const asked_after = stub.arrived.map(({ url }) => new URL(url, stub.url).searchParams.get("after"));
    expect(asked_after).toEqual(["0", "1", "1", "2", "2"]);
    expect(stub.arrived[0]!.headers.accept).toBe("application/x-ndjson");
  });

  test("fail once connections that bring none have used up the retries", async () => {
    const { stub, outcome } = await read(lines(lineText(1).slice(0, 9), "cut"));
    await expect(outcome).rejects.toMatchObject({ code: "CONNECTION_FAILED" });
    expect(stub.arrived).toHaveLength(1 + HASTY.retries_max);
  });

  test("are not passed on behind a gap", async () => {
    const { outcome } = await read(lines(lineText(1) + lineText(3), "end"));
    await expect(outcome).rejects.toMatchObject({ code: "ANSWER_UNEXPECTED" });
  });
});

test("a server that is not ready is told of at once, with its reason", async () => {
  const not_ready = { status: "not_ready", reason: "The server is starting." };
  const stub = await startStub(answer(not_ready, 503));
  expect(await createLedgerClient({ url: stub.url, ...HASTY }).server.readiness()).toEqual(not_ready);
  expect(stub.arrived).toHaveLength(1);
});
