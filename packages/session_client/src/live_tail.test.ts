import { describe, expect, test } from "vitest";
import type { ClientOptions } from "./client_options.ts";
import { createLedgerClient } from "./ledger_client.ts";
import { SessionClientError } from "./session_client_error.ts";
import { drop, eventStream, problem, type Script, startStub } from "./test_stub_server.ts";

const HASTY = { backoff_ms_min: 0, retries_max: 3 };
const HEARTBEAT = ": still here\n\n";
const END = 'event: end\ndata: {"state":"stopped","seq":3}\n\n';

function message(seq: number): string {
  return `id: ${seq}\ndata: ${JSON.stringify({ seq, event: { text: "é" } })}\n\n`;
}

async function followed(scripts: readonly [Script, ...Script[]], options: Partial<ClientOptions> = {}) {
  const stub = await startStub(...scripts);
  const client = createLedgerClient({ url: stub.url, ...HASTY, ...options });
  const seqs: number[] = [];
  const tail = client.session_manager.tail("sess_1");
  const follow = async () => {
    for (;;) {
      const { done, value } = await tail.next();
      if (done) return value;
      seqs.push(value.seq);
    }
  };
  const resumed_after = () => stub.arrived.map(({ headers }) => headers["last-event-id"]);
  return { stub, seqs, resumed_after, outcome: follow() };
}

describe("a live tail", () => {
  test("gives every line once over connections that are cut, ended, silent and refused, up to the end", async () => {
    const half = message(3).slice(0, 30);
    const { seqs, resumed_after, outcome } = await followed(
      [
        eventStream(message(1), "cut"),
        problem(503, "TAILS_EXHAUSTED", { "Retry-After": "0" }),
        eventStream(message(2) + half, "end"),
        eventStream(HEARTBEAT, "silence"),
        drop,
        eventStream(HEARTBEAT + message(3) + END, "end"),
      ],
      { tail_silence_ms_max: 50 },
    );
    expect(await outcome).toEqual({ state: "stopped", seq: 3 });
    expect(seqs).toEqual([1, 2, 3]);
    expect(resumed_after()).toEqual(["0", "1", "1", "2", "2", "2"]);
  });

  test("that is cut while nothing happens goes on, however often", async () => {
    const cuts = Array.from({ length: 20 }, () => eventStream(HEARTBEAT, "cut"));
    const { outcome } = await followed([eventStream(message(1), "cut"), ...cuts, eventStream(END, "end")]);
    expect(await outcome).toEqual({ state: "stopped", seq: 3 });
  });

  test("whose connections bring nothing fails once the retries are used up", async () => {
    const { stub, outcome } = await followed([eventStream("", "cut")]);
    await expect(outcome).rejects.toMatchObject({ code: "CONNECTION_FAILED" });
    expect(stub.arrived).toHaveLength(1 + HASTY.retries_max);
  });

  test("of a session that is not found fails at once, with the problem", async () => {
    const { stub, outcome } = await followed([problem(404, "SESSION_NOT_FOUND")]);
    await expect(outcome).rejects.toMatchObject({ code: "SESSION_NOT_FOUND", status: 404 });
    expect(stub.arrived).toHaveLength(1);
  });

  test.each([
    ["a gap", [1, 3]],
    ["a repeat", [1, 1]],
  ])("never passes on %s", async (_, [first, second]) => {
    const { seqs, outcome } = await followed([eventStream(message(first!) + message(second!), "silence")]);
    await expect(outcome).rejects.toBeInstanceOf(SessionClientError);
    expect(seqs).toEqual([1]);
  });

  test("that its caller leaves closes its connection", async () => {
    const closed = Promise.withResolvers<void>();
    const stub = await startStub((response, request) => {
      response.on("close", () => closed.resolve());
      return eventStream(message(1), "silence")(response, request);
    });
    for await (const { seq } of createLedgerClient({ url: stub.url }).session_manager.tail("sess_1")) {
      expect(seq).toBe(1);
      break;
    }
    await closed.promise;
  });

  test("that its caller aborts rejects with the caller's reason", async () => {
    const leaving = new Error("leaving");
    const controller = new AbortController();
    const stub = await startStub(eventStream(message(1), "silence"));
    const { session_manager } = createLedgerClient({ url: stub.url });
    const tail = session_manager.tail("sess_1", { signal: controller.signal });
    await tail.next();
    const next = tail.next();
    controller.abort(leaving);
    await expect(next).rejects.toBe(leaving);
  });
});
