import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { parseLines, runCli, UPSTREAM_LOGS } from "../cli/session_ledger.ts";
import { expectProblem } from "./expected_problem.ts";
import { post } from "./http_exchange.ts";
import { LedgerUnderTest } from "./ledger_under_test.ts";
import { allLogs, filesBelow } from "./log_root_files.ts";
import { END, openSession, validityOf } from "./operations.ts";

/** A line as the upstream service writes it and reads it. */
interface UpstreamLine {
  readonly recorded_at: string;
  readonly event: Readonly<Record<string, unknown>>;
}

let ledger: LedgerUnderTest;
beforeEach(async () => {
  ledger = await LedgerUnderTest.create();
  onTestFinished(() => ledger.remove());
  expect(await runCli(ledger.log_root, "import", UPSTREAM_LOGS)).toMatchObject({ code: 0, stderr: "" });
});

/** The logs below a root, read as upstream reads its own: by `recorded_at` and `event`, and nothing else. */
async function readAsUpstream(root: string): Promise<Map<string, UpstreamLine[]>> {
  const logs = new Map<string, UpstreamLine[]>();
  for (const path of (await filesBelow(join(root, "users"))).keys()) {
    const text = await readFile(join(root, "users", path), "utf8");
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    logs.set(
      path,
      lines.map((line) => {
        const { recorded_at, event } = JSON.parse(line) as UpstreamLine;
        return { recorded_at, event };
      }),
    );
  }
  return logs;
}

function eventsOf(logs: ReadonlyMap<string, readonly { readonly event: unknown }[]>): Map<string, unknown[]> {
  return new Map([...logs].map(([path, lines]) => [path, lines.map(({ event }) => event)]));
}

test("replay shows every upstream session, ended, with as many events as upstream has", async () => {
  const upstream = await readAsUpstream(UPSTREAM_LOGS);
  expect(upstream.size).toBeGreaterThan(0);
  const { code, stdout } = await runCli(ledger.log_root, "replay", "--json");
  expect(code).toBe(0);
  const shown = parseLines(stdout).map(({ user_id, session_id, state, events, imported }) => {
    return [`${user_id}/sessions/${session_id}.jsonl`, { state, events, imported }] as const;
  });
  const expected = [...upstream].map(([path, lines]) => {
    return [path, { state: "stopped", events: lines.length, imported: true }] as const;
  });
  expect(new Map(shown)).toEqual(new Map(expected));
  expect(shown).toHaveLength(expected.length);
});

test("an upstream reader finds upstream's events in our files, deep equal and in order", async () => {
  const upstream = eventsOf(await readAsUpstream(UPSTREAM_LOGS));
  expect(eventsOf(await readAsUpstream(ledger.log_root))).toEqual(upstream);
});

test("upstream's recorded_at stands under imported, line by line", async () => {
  const upstream = await readAsUpstream(UPSTREAM_LOGS);
  const logs = await allLogs(ledger.log_root);
  const times = [...logs].map(([path, lines]) => [
    path.slice("users/".length),
    lines.map(({ imported }) => imported?.recorded_at),
  ]);
  const expected = [...upstream].map(([path, lines]) => [path, lines.map(({ recorded_at }) => recorded_at)]);
  expect(Object.fromEntries(times)).toEqual(Object.fromEntries(expected));
});

test("a second run changes no byte", async () => {
  const before = await filesBelow(join(ledger.log_root, "users"));
  expect((await runCli(ledger.log_root, "import", UPSTREAM_LOGS)).code).toBe(0);
  expect(await filesBelow(join(ledger.log_root, "users"))).toEqual(before);
  expect((await runCli(ledger.log_root, "verify")).code).toBe(0);
});

test("a server serves imported sessions as closed, and their users start anew", async () => {
  await ledger.start();
  for (const lines of (await readAsUpstream(UPSTREAM_LOGS)).values()) {
    const { user_id, session_id } = lines[0]!.event;
    const session = { user_id: String(user_id), session_id: String(session_id) };
    expect(await validityOf(ledger.url, session)).toBe("closed");
    const end = await post(ledger.url, END, { ...session, performer_id: "carer01" });
    expectProblem(end, 409, "SESSION_ALREADY_ENDED");
  }
  await openSession(ledger.url, "u_003");
});
