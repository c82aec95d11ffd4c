// Whoever dies or stops with the lock, one process at a time writes. `RACE_ROUNDS=500` and `HOLDERS=100` with
// `STOP_SECONDS=12` are the long run: twelve seconds are past the ten after which proper-lockfile calls a lock stale.
// The ordinary run makes the lock look as old instead of waiting.
import { utimes } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { openReader, openRecorder } from "@session-ledger/schema_recorder";
import { expect, test } from "vitest";
import { runCli } from "../cli/session_ledger.ts";
import { tempRoot } from "../support/temp_root.ts";
import { Racer, type Said } from "./racer.ts";
import { SHARED_LOG } from "./shared_log.ts";
import { sizeOf } from "./system_needs.ts";

const ROUNDS = sizeOf("RACE_ROUNDS", 5);
const RACERS = 4;
const HOLDERS = sizeOf("HOLDERS", 2);
/** So many holders are stopped at the same time. */
const HOLDERS_AT_ONCE = 20;
const STOP_SECONDS = Number(process.env["STOP_SECONDS"] ?? 0);

/** Makes proper-lockfile's lock look abandoned. */
async function makeStale(root: string): Promise<void> {
  const minute_ago = new Date(Date.now() - 60_000);
  await utimes(join(root, ".ledger", "writer.lock"), minute_ago, minute_ago);
}

async function expectLogHolds(root: string, acknowledged: readonly string[]): Promise<void> {
  const reader = await openReader({ root });
  const lines = await Array.fromAsync(reader.read(SHARED_LOG));
  expect(lines.map(({ event }) => event["record_id"])).toEqual(acknowledged);
  expect(await runCli(root, "verify")).toMatchObject({ code: 0 });
}

function recordedBy(said: Said | "ended"): string {
  if (typeof said === "string" || !("record_id" in said))
    throw new Error(`expected an event: ${JSON.stringify(said)}`);
  return said.record_id;
}

test(`${ROUNDS} rounds of ${RACERS} racers for a dead holder's lock: one gets it, and nothing conflicts`, {
  timeout: 60_000 + ROUNDS * 10_000,
}, async () => {
  const root = await tempRoot();
  const acknowledged: string[] = [];
  const holder = await Racer.ready(root);
  acknowledged.push(recordedBy(await holder.go()));
  await holder.kill();
  let waiting = await Promise.all(Array.from({ length: RACERS }, () => Racer.ready(root)));
  for (let round = 0; round < ROUNDS; round += 1) {
    if (round % 2 === 0) await makeStale(root);
    const said = await Promise.all(waiting.map((racer) => racer.go()));
    const winners = waiting.filter((_, at) => Object.hasOwn(said[at] as object, "record_id"));
    expect(winners, JSON.stringify(said)).toHaveLength(1);
    expect(
      said.filter((each) => each !== "ended" && "code" in each && each.code === "LOG_ROOT_LOCKED"),
    ).toHaveLength(RACERS - 1);
    acknowledged.push(recordedBy(said[waiting.indexOf(winners[0]!)]!));
    const next = Racer.ready(root);
    await winners[0]!.kill();
    waiting = [...waiting.filter((racer) => racer !== winners[0]), await next];
  }
  await Promise.all(waiting.map((racer) => racer.kill()));
  console.info(JSON.stringify({ rounds: ROUNDS, racers: RACERS, acknowledged: acknowledged.length }));
  await (await openRecorder({ root })).close();
  await expectLogHolds(root, acknowledged);
});

/** Stops a holder past the stale time. What it acknowledges before and after is what its log holds. */
async function stopAndResume(): Promise<void> {
  const root = await tempRoot();
  const holder = await Racer.ready(root);
  const acknowledged = [recordedBy(await holder.go())];
  holder.stop();
  if (STOP_SECONDS > 0) await wait(STOP_SECONDS * 1000);
  else await makeStale(root);
  await expect(openRecorder({ root })).rejects.toMatchObject({ code: "LOG_ROOT_LOCKED" });
  const asked = holder.go();
  holder.resume();
  const said = await asked;
  if (said !== "ended") acknowledged.push(recordedBy(said));
  await holder.kill();
  await (await openRecorder({ root })).close();
  await expectLogHolds(root, acknowledged);
}

test(`${HOLDERS} holders stopped past the stale time and resumed: no one else writes, and nothing conflicts`, {
  timeout: 60_000 + HOLDERS * 10_000 + Math.ceil(HOLDERS / HOLDERS_AT_ONCE) * STOP_SECONDS * 1000,
}, async () => {
  for (let left = HOLDERS; left > 0; left -= HOLDERS_AT_ONCE) {
    await Promise.all(Array.from({ length: Math.min(left, HOLDERS_AT_ONCE) }, stopAndResume));
  }
});

test("a holder whose lock another process has taken ends itself and acknowledges nothing more", async () => {
  const root = await tempRoot();
  const holder = await Racer.ready(root);
  const acknowledged = [recordedBy(await holder.go())];
  await makeStale(root);
  await expect(holder.ended()).resolves.toBe(4);
  await expectLogHolds(root, acknowledged);
});
