// One flipped byte of a log or of the journal, each byte in turn. What a start then gives out is exactly right, or it
// says that something is wrong.
import type { EventToAppend } from "@session-ledger/session_contract";
import { expect, test } from "vitest";
import { logKey } from "../log_paths.ts";
import type { LogName } from "../recorder.ts";
import { RecorderError } from "../recorder_error.ts";
import type { Node } from "./test_file_tree.ts";
import { LOG_ROOT, logPath } from "./test_log_files.ts";
import { SimulatedDisk } from "./test_simulated_disk.ts";
import { SimulatedProcess } from "./test_simulated_process.ts";
import { openSimulated } from "./test_store.ts";

const NO_CHECKPOINT = 1_000_000;
const OPEN: LogName = { user_id: "ada", session_id: "open" };
const ENDED: LogName = { user_id: "bo", session_id: "ended" };
const AGENT: LogName = { user_id: "_agents.ada", session_id: "agent" };
const LOGS = [OPEN, ENDED, AGENT];
const SEGMENT = `${LOG_ROOT}/.ledger/journal/0000000000000001.wal`;

const event = (log: LogName, type: string): EventToAppend => ({ type, event: { record_id: type, ...log } });

/** A ledger of three logs whose process was stopped, or killed before any checkpoint. */
async function ledger(end: "stopped" | "killed"): Promise<SimulatedDisk> {
  const disk = new SimulatedDisk();
  const process = new SimulatedProcess(disk);
  const recorder = await openSimulated(process, NO_CHECKPOINT);
  for (const log of LOGS) {
    const kind = log === AGENT ? { kind: "agent" as const } : {};
    await recorder.append(log, [{ ...event(log, "session.started"), ...kind }], { expected_seq: 0 });
  }
  for (const log of LOGS) {
    const batch = [event(log, "note.made"), event(log, "note.changed")];
    await recorder.append(log, batch, { expected_seq: 1 });
  }
  await recorder.append(ENDED, [event(ENDED, "session.ended")], { expected_seq: 3 });
  await recorder.append(AGENT, [event(AGENT, "session.ended")], { expected_seq: 3 });
  if (end === "killed") process.killAfter(0);
  await recorder.close();
  return disk;
}

interface Outcome {
  /** The hashes of the lines of each log, or the code with which it was refused. */
  readonly logs: Readonly<Record<string, readonly string[] | string>>;
  /** The logs whose ends were set aside, as the recorder reports. */
  readonly repaired: readonly string[];
}

/** What a start gives out, or the code with which it is refused. */
async function outcomeOf(disk: SimulatedDisk): Promise<Outcome | string> {
  try {
    const recorder = await openSimulated(new SimulatedProcess(disk), NO_CHECKPOINT);
    const logs: Record<string, readonly string[] | string> = {};
    for (const log of LOGS) {
      const hashes: string[] = [];
      try {
        for await (const line of recorder.read(log)) hashes.push(line.hash);
        logs[logKey(log)] = hashes;
      } catch (error) {
        logs[logKey(log)] = codeOf(error);
      }
    }
    const repaired = recorder.repairs.map(({ log }) => logKey(log));
    await recorder.close();
    return { logs, repaired };
  } catch (error) {
    return codeOf(error);
  }
}

function codeOf(error: unknown): string {
  if (error instanceof RecorderError) return error.code;
  throw error;
}

/** A copy of a disk with one bit of a file flipped. */
function flipped(disk: SimulatedDisk, path: string, at: number, keep_catalog: boolean): SimulatedDisk {
  const tree = disk.tree.copy();
  const node = tree.find(path)!;
  const byte = Buffer.from([tree.content(node)[at]! ^ (1 << (at % 8))]);
  tree.apply({ kind: "write", node, position: at, bytes: byte });
  return new SimulatedDisk(tree, keep_catalog ? disk.catalog : undefined);
}

test.each([
  { catalog: "present", keep_catalog: true },
  { catalog: "lost", keep_catalog: false },
])("no flipped byte of a log is accepted in silence, with the catalog $catalog", async ({ keep_catalog }) => {
  const disk = await ledger("stopped");
  const whole = (await outcomeOf(disk)) as Outcome;
  let set_aside = 0;
  for (const log of LOGS) {
    const size = disk.tree.content(disk.tree.find(logPath(log))!).length;
    for (let at = 0; at < size; at += 1) {
      const found = (await outcomeOf(flipped(disk, logPath(log), at, keep_catalog))) as Outcome;
      const lines = found.logs[logKey(log)];
      if (found.repaired.includes(logKey(log))) set_aside += 1;
      else expect(lines, `${logKey(log)} byte ${at}`).toMatch(/^LOG_(CORRUPT|TRUNCATED|FORMAT_UNSUPPORTED)$/);
      expect({ ...found.logs, [logKey(log)]: [] }).toEqual({ ...whole.logs, [logKey(log)]: [] });
    }
  }
  // Without its newline the last line is one that was never acknowledged, as far as the log alone can tell.
  expect(set_aside).toBe(keep_catalog ? 0 : LOGS.length);
});

test("no flipped byte of the journal is accepted in silence, but for the last frame, which is then a torn one", async () => {
  const disk = await ledger("killed");
  const node = disk.tree.find(SEGMENT)!;
  const bytes = disk.tree.content(node);
  const last_frame = lastWriteTo(disk, node);
  const frames_end = bytes.findLastIndex((byte) => byte !== 0) + 1;
  expect(frames_end).toBeLessThan(bytes.length);
  const whole = await outcomeOf(new SimulatedDisk(disk.tree, disk.catalog));
  const torn_tree = disk.tree.copy();
  torn_tree.apply({ kind: "truncate", node, length: last_frame + 1 });
  const torn = await outcomeOf(new SimulatedDisk(torn_tree, disk.catalog));
  expect(torn).not.toEqual(whole);
  for (let at = 0; at < bytes.length; at += 1) {
    const found = await outcomeOf(flipped(disk, SEGMENT, at, true));
    // Behind the frames stand zeros, which say nothing.
    const expected = at < frames_end ? torn : whole;
    expect(found, `byte ${at}`).toEqual(at < last_frame ? "JOURNAL_CORRUPT" : expected);
  }
});

/** Where the last write to a file began. */
function lastWriteTo(disk: SimulatedDisk, node: Node): number {
  const positions = disk.steps.flatMap((step) =>
    step.kind === "change" && step.change.kind === "write" && step.change.node === node
      ? [step.change.position]
      : [],
  );
  return positions.at(-1)!;
}
