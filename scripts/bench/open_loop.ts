import { Agent, request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { percentile } from "./statistics.ts";

export interface OpenLoop {
  readonly url: string;
  readonly per_second: number;
  readonly seconds: number;
  /** What the users of this run are called: each start has a user of its own. */
  readonly user_prefix: string;
}

/**
 * Sends starts at a fixed rate, however slow the answers are, and gives the p99 in milliseconds. A latency counts
 * from when its request was due, so that a stall is charged to every request that it delays.
 */
export async function startsP99(loop: OpenLoop): Promise<number> {
  const agent = new Agent({ keepAlive: true });
  const begin_ms = performance.now() + 1;
  const latencies = Array.from({ length: loop.per_second * loop.seconds }, async (_, at) => {
    const due_ms = begin_ms + (at * 1000) / loop.per_second;
    await pause(due_ms - performance.now());
    await start(agent, loop.url, `${loop.user_prefix}${at}`);
    return performance.now() - due_ms;
  });
  const p99 = percentile(await Promise.all(latencies), 99);
  agent.destroy();
  return p99;
}

function start(agent: Agent, url: string, user_id: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const body = JSON.stringify({ user_id, performer_id: "carer01" });
  const headers = { "Content-Type": "application/json", "Content-Length": body.length };
  const sent = request(`${url}/session_manager/sessions.start`, { agent, method: "POST", headers });
  sent.on("error", reject).on("response", (response) => {
    response.resume().on("end", () => {
      if (response.statusCode === 200) resolve();
      else reject(new Error(`a start was answered with ${response.statusCode}`));
    });
  });
  sent.end(body);
  return promise;
}
