// A disk that does not give an archive's bytes says nothing about the archive: nobody may take it for damaged, or for a
// session without lines.
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { type LogName, openReader, openRecorder } from "@session-ledger/schema_recorder";
import { expect, test } from "vitest";
import { endedEvent, startedEvent } from "../support/session_events.ts";
import { tempRoot } from "../support/temp_root.ts";
import { faultyDisks } from "./faulty_disk.ts";

const log: LogName = { user_id: "u1", session_id: "sess_0123456789abcdef" };

/** Disks on which the first opening of an archive fails. */
function failingDisks() {
  let is_over = false;
  return faultyDisks((operation, path) => {
    if (is_over || operation !== "openToRead" || !path.endsWith(".jsonl.gz")) return undefined;
    is_over = true;
    return { code: "EIO" };
  });
}

test("a start that does not get an archive at once knows it as before", async () => {
  const folder = await tempRoot();
  const living = join(folder, "living");
  const killed = join(folder, "killed");
  const first = await openRecorder({ root: living });
  await first.append(log, [startedEvent(log), endedEvent(log)], { expected_seq: 0 });
  await first.archive(log);
  const [known] = await first.find(log.session_id);
  await cp(living, killed, { recursive: true });
  await first.close();

  const second = await openRecorder({ root: killed, ...failingDisks() });
  expect(second.faults).toEqual([]);
  expect(await second.find(log.session_id)).toEqual([known]);
  await second.restore(log);
  expect(await Array.fromAsync(second.read(log))).toHaveLength(2);
  await second.close();
});

test("a verification that does not get an archive finds no fault in it, but fails", async () => {
  const root = await tempRoot();
  const recorder = await openRecorder({ root });
  await recorder.append(log, [startedEvent(log), endedEvent(log)], { expected_seq: 0 });
  await recorder.archive(log);
  await recorder.close();
  const reader = await openReader({ root, disk: failingDisks().disk });
  await expect(reader.verifyArchive(log)).rejects.toMatchObject({ code: "EIO" });
  expect((await reader.verifyArchive(log))?.faults).toEqual([]);
  await reader.close();
});
