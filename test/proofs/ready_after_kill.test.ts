// How soon a killed server is back. The time is printed and not judged: a test machine's load is not the server's.
// `READY_ROUNDS=50` is the long run.
import { expect, onTestFinished, test } from "vitest";
import { ask } from "../e2e/http_exchange.ts";
import { startServer } from "../server/server_process.ts";
import { tempRoot } from "../support/temp_root.ts";
import { type Acknowledgement, runLoad } from "./load.ts";
import { expectRecorded } from "./recorded.ts";
import { sizeOf } from "./system_needs.ts";

const ROUNDS = sizeOf("READY_ROUNDS", 3);
const EVENTS_PER_ROUND = 500;
const READY_DEADLINE_MS = 30_000;

test(`a server that is killed under load is ready again, ${ROUNDS} times`, {
  timeout: 60_000 + ROUNDS * READY_DEADLINE_MS,
}, async () => {
  const log_root = await tempRoot();
  const acknowledged: Acknowledgement[] = [];
  const ready_ms: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const began = performance.now();
    const { server, url } = await startServer({ LOG_ROOT: log_root });
    onTestFinished(async () => {
      await server.kill();
    });
    expect((await ask(url, { path: "/readyz" })).status).toBe(200);
    if (round > 0) ready_ms.push(Math.round(performance.now() - began));
    let killed = false;
    const load = await runLoad({
      url,
      users: `round-${round}`,
      clients: 16,
      messages: 5,
      isEnough: (report) => {
        if (!killed && report.acknowledged.length >= EVENTS_PER_ROUND) {
          killed = true;
          server.signal("SIGKILL");
        }
        return false;
      },
    });
    await server.exited;
    acknowledged.push(...load.acknowledged);
  }
  ready_ms.sort((first, second) => first - second);
  const median = ready_ms[Math.floor(ready_ms.length / 2)];
  console.info(JSON.stringify({ rounds: ROUNDS, ready_ms_median: median, ready_ms_worst: ready_ms.at(-1) }));
  expect(ready_ms.at(-1)).toBeLessThan(READY_DEADLINE_MS);
  await (await startServer({ LOG_ROOT: log_root })).server.stop();
  await expectRecorded(log_root, acknowledged);
});
