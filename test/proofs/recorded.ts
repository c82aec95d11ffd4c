import { expect } from "vitest";
import { runCli } from "../cli/session_ledger.ts";
import { allLogs, type FileLine } from "../e2e/log_root_files.ts";
import type { Acknowledgement } from "./load.ts";

/** Every acknowledged event stands in its log, no event stands twice, and the ledger verifies. */
export async function expectRecorded(
  log_root: string,
  acknowledged: readonly Acknowledgement[],
): Promise<ReadonlyMap<string, readonly FileLine[]>> {
  const logs = await allLogs(log_root);
  const seen = new Set<string>();
  const doubled: string[] = [];
  for (const [path, lines] of logs) {
    for (const { event } of lines) {
      const place = `${path} ${event["record_id"]}`;
      if (seen.has(place)) doubled.push(place);
      seen.add(place);
    }
  }
  const places = acknowledged.map(
    ({ user_id, session_id, record_id }) => `users/${user_id}/sessions/${session_id}.jsonl ${record_id}`,
  );
  expect({ lost: places.filter((place) => !seen.has(place)), doubled }).toEqual({ lost: [], doubled: [] });
  expect(await runCli(log_root, "verify")).toMatchObject({ code: 0 });
  return logs;
}
