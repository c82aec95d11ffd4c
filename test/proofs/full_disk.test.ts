// A disk that is full, or cannot be written, stops writing and nothing else. The file system is a tmpfs of a few
// megabytes, which only root may mount.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { parseLines, runCli } from "../cli/session_ledger.ts";
import { ask, post } from "../e2e/http_exchange.ts";
import { type SessionNames, START, startInput, validityOf } from "../e2e/operations.ts";
import { type ListeningServer, startServer } from "../server/server_process.ts";
import { type Acknowledgement, type LoadReport, runLoad } from "./load.ts";
import { expectRecorded } from "./recorded.ts";
import { PAGE_BYTES, SmallDisk } from "./small_disk.ts";
import { mountLack, needs, sizeOf } from "./system_needs.ts";

const LACK = mountLack();
const MIB = 2 ** 20;
const DISK_BYTES = 24 * MIB;
const FREE_BYTES_MIN = 2 * MIB;
const CLIENTS = 16;
/** As many checkpoints as the disk has room for segments, and more. */
const LOADS_MAX = 20;

async function serve(disk: SmallDisk): Promise<ListeningServer> {
  const listening = await startServer({
    LOG_ROOT: disk.log_root,
    DISK_FREE_BYTES_MIN: String(FREE_BYTES_MIN),
    CHECKPOINT_BYTES: String(MIB),
  });
  onTestFinished(async () => {
    await listening.server.kill();
  });
  return listening;
}

function load(url: string, users: string, isEnough: (report: LoadReport) => boolean): Promise<LoadReport> {
  return runLoad({ url, users, clients: CLIENTS, messages: 4, text_characters: 2_000, isEnough });
}

/**
 * Loads a server until its disk stays full: a checkpoint that was under way at the first refusal may make room once
 * more. Then it is not ready, and refuses a start.
 */
async function loadUntilFull(url: string): Promise<LoadReport> {
  const whole: LoadReport = { acknowledged: [], refused: new Map() };
  for (let load_count = 1; ; load_count += 1) {
    const report = await load(url, `filling${load_count}`, ({ refused }) => refused.has("STORE_FULL"));
    whole.acknowledged.push(...report.acknowledged);
    for (const [code, count] of report.refused)
      whole.refused.set(code, (whole.refused.get(code) ?? 0) + count);
    try {
      await expectNotReady(url, "STORE_FULL");
      return whole;
    } catch (error) {
      if (load_count === LOADS_MAX) throw error;
    }
  }
}

/** Reading goes on, over HTTP and by the command. */
async function expectReads(
  url: string,
  disk: SmallDisk,
  { user_id, session_id }: SessionNames,
): Promise<void> {
  expect(await validityOf(url, { user_id, session_id })).toBe("closed");
  const { code, stdout } = await runCli(disk.log_root, "replay", "--json", "--session", session_id);
  expect({ code, rows: parseLines(stdout) }).toMatchObject({
    code: 0,
    rows: [{ user_id, state: "stopped" }],
  });
}

async function expectNotReady(url: string, code: string): Promise<void> {
  const ready = await ask(url, { path: "/readyz" });
  expect(ready).toMatchObject({
    status: 503,
    body: { status: "not_ready", reason: expect.stringMatching(/\w/) },
  });
  const start = await post(url, START, startInput());
  expect([start.status, start.body["code"]]).toEqual([503, code]);
}

/** What a server said about damage: nothing, if all is well. */
function complaints({ server }: ListeningServer): unknown[] {
  return server.lines.map((line) => JSON.parse(line)).filter(({ level }) => level >= 50);
}

test("under load a disk that fills up refuses writes, loses nothing, and works again when there is room", {
  timeout: 120_000,
}, async (context) => {
  needs(context, LACK);
  const disk = await SmallDisk.mounted(DISK_BYTES);
  await disk.fill(8 * MIB);
  const listening = await serve(disk);
  const { url } = listening;

  const filled = await loadUntilFull(url);
  expect([...filled.refused.keys()]).toEqual(["STORE_FULL"]);
  expect(filled.acknowledged.length).toBeGreaterThan(1000);
  await expectReads(url, disk, filled.acknowledged[0]!);
  await expectRecorded(disk.log_root, filled.acknowledged);

  await disk.makeRoom();
  expect((await ask(url, { path: "/readyz" })).status).toBe(200);
  const after = await load(url, "after", ({ acknowledged }) => acknowledged.length >= 200);
  expect(after.refused).toEqual(new Map());
  await expectRecorded(disk.log_root, [...filled.acknowledged, ...after.acknowledged]);
  expect(complaints(listening).filter((line) => !JSON.stringify(line).includes("STORE_FULL"))).toEqual([]);
  console.info(
    JSON.stringify({
      acknowledged_until_full: filled.acknowledged.length,
      refused: filled.refused.get("STORE_FULL"),
      acknowledged_after: after.acknowledged.length,
    }),
  );
  expect(await listening.server.stop()).toMatchObject({ code: 0, stderr: "" });
});

/** A ledger of a few sessions whose server has ended, by a clean stop or by a crash. */
async function leftBehind(
  disk: SmallDisk,
  signal: "SIGTERM" | "SIGKILL",
  users: string,
): Promise<Acknowledgement[]> {
  const { server, url } = await serve(disk);
  const { acknowledged } = await load(url, users, (report) => report.acknowledged.length >= 100);
  await server.stop(signal);
  return acknowledged;
}

/** From none to more than a start needs. `FREE_PAGES_MAX=64` takes every number up to that. */
const FREE_PAGES =
  process.env["FREE_PAGES_MAX"] === undefined
    ? [0, 2, 8]
    : Array.from({ length: sizeOf("FREE_PAGES_MAX", 0) + 1 }, (_, pages) => pages);

/** What is wrong with a start on the disk as it is, in words. */
async function startFault(disk: SmallDisk, session: SessionNames): Promise<string | undefined> {
  const listening = await serve(disk).catch((error: Error) => error);
  if (listening instanceof Error) return `refused: ${listening.message}`;
  const { server, url } = listening;
  const { status } = await ask(url, { path: "/readyz" });
  const validity = await validityOf(url, session);
  const { code } = await server.stop();
  const facts = `/readyz ${status}, the session is ${validity}, exit ${code}`;
  return facts === "/readyz 503, the session is closed, exit 0" ? undefined : facts;
}

test.for(["SIGTERM", "SIGKILL"] as const)(
  "after %s a start on a full disk serves reads, whatever little room is left",
  {
    timeout: 60_000 + FREE_PAGES.length * 5_000,
  },
  async (signal, context) => {
    needs(context, LACK);
    const disk = await SmallDisk.mounted(DISK_BYTES);
    const faults: Record<string, string> = {};
    let acknowledged: Acknowledgement[] = [];
    for (const pages of FREE_PAGES) {
      acknowledged = acknowledged.concat(await leftBehind(disk, signal, `before-${pages}`));
      await disk.fill(pages * PAGE_BYTES);
      const fault = await startFault(disk, acknowledged[0]!);
      if (fault !== undefined) faults[`${pages} pages`] = fault;
      await disk.makeRoom();
    }
    const { server } = await serve(disk);
    await expectRecorded(disk.log_root, acknowledged);
    await server.stop();
    expect(faults).toEqual({});
  },
);

test("a start on a read-only disk serves reads, and writes go on after one on a writable disk", async (context) => {
  needs(context, LACK);
  const disk = await SmallDisk.mounted(DISK_BYTES);
  const acknowledged = await leftBehind(disk, "SIGTERM", "before");
  disk.remount("ro");
  const { server, url } = await serve(disk);
  await expectNotReady(url, "STORE_UNAVAILABLE");
  await expectReads(url, disk, acknowledged[0]!);
  expect(await server.stop()).toMatchObject({ code: 0, stderr: "" });
  disk.remount("rw");
  const writable = await serve(disk);
  const after = await load(writable.url, "after", (report) => report.acknowledged.length >= 50);
  expect(after.refused).toEqual(new Map());
  await expectRecorded(disk.log_root, [...acknowledged, ...after.acknowledged]);
});

test("a server that started on a full disk leaves the log root to one that starts when there is room", async (context) => {
  needs(context, LACK);
  const disk = await SmallDisk.mounted(DISK_BYTES);
  const acknowledged = await leftBehind(disk, "SIGTERM", "before");
  await disk.fill(0);
  const reading = await serve(disk);
  await expectNotReady(reading.url, "STORE_UNAVAILABLE");
  // proper-lockfile ends a process, seconds later, that still has its lock when another has taken it.
  expect(await readdir(join(disk.log_root, ".ledger"))).not.toContain("writer.lock");
  await disk.makeRoom();
  const writing = await serve(disk);
  expect((await ask(writing.url, { path: "/readyz" })).status).toBe(200);
  await expectReads(reading.url, disk, acknowledged[0]!);
  expect(await reading.server.stop()).toMatchObject({ code: 0, stderr: "" });
  const after = await load(writing.url, "after", (report) => report.acknowledged.length >= 50);
  expect(after.refused).toEqual(new Map());
  expect(await writing.server.stop()).toMatchObject({ code: 0, stderr: "" });
  await expectRecorded(disk.log_root, [...acknowledged, ...after.acknowledged]);
});
