import { isDeepStrictEqual } from "node:util";
import type { Line } from "@session-ledger/session_contract";
import { claimOf, fold } from "@session-ledger/session_domain";
import type { CatalogEntry } from "../catalog/catalog_entry.ts";
import { DRAFTS_FOLDER, logKey } from "../log_paths.ts";
import type { LogName } from "../recorder.ts";
import type { Expectations } from "./test_expectations.ts";
import { LOG_ROOT, type LogFiles, readLogFiles } from "./test_log_files.ts";
import type { Mutant } from "./test_mutant.ts";
import type { SimulatedDisk } from "./test_simulated_disk.ts";
import { SimulatedProcess, type Surroundings } from "./test_simulated_process.ts";
import { openSimulated, recover } from "./test_store.ts";

const NEW_LOG: LogName = { user_id: "after", session_id: "after" };
const CHECKPOINT_BYTES = 1_000_000;

/** Recovers the disk, and gives everything that is wrong with what was recovered, in words. */
export async function examineRecovery(
  disk: SimulatedDisk,
  at: number,
  expectations: Expectations,
  mutant: Mutant,
): Promise<string[]> {
  try {
    const before = traces(disk, expectations, at).map((trace) => `before recovery, ${trace}`);
    const { store, logs } = await recovered(disk, mutant);
    const { faults } = store.examiner;
    const entries = [...store.catalog.entries()];
    const claimed = [...store.catalog.claimed()];
    store.catalog_file.close();
    return [
      ...before,
      ...traces(disk, expectations, at),
      ...drafts(disk),
      ...faults.map(({ file, code, reason }) => `${file} is refused with ${code}: ${reason}`),
      ...logs.faults,
      ...expectations.contradictions(logs.lines, at),
      ...catalogFaults(entries, logs),
      ...claimFaults(claimed, logs.lines),
    ];
  } catch (error) {
    return [`recovery failed: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** What a disk still holds of what was erased. */
function traces(disk: SimulatedDisk, expectations: Expectations, at: number): string[] {
  const ids = expectations.erased(at).map((key) => key.split("/")[1]!);
  const rows = disk.catalog?.entries.filter(({ log }) => ids.includes(log.session_id)) ?? [];
  const held = [...ids, ...expectations.erasedContent(at)].flatMap((text) =>
    [...disk.tree.holding(text)].map((path) => `${path} holds ${text}, which was erased`),
  );
  return [...held, ...rows.map(({ log }) => `the catalog holds ${logKey(log)}, which was erased`)];
}

/** Drafts that recovery left over. */
function drafts(disk: SimulatedDisk): string[] {
  const folder = disk.tree.find(`${LOG_ROOT}/${DRAFTS_FOLDER}`);
  return folder === undefined
    ? []
    : [...disk.tree.entries(folder).keys()].map((name) => `draft ${name} is left`);
}

/** Recovers a recovered disk again, then works on it, and gives what is wrong with that, in words. */
export async function examineFurtherWork(disk: SimulatedDisk, mutant: Mutant): Promise<string[]> {
  try {
    return await workOn(disk, mutant);
  } catch (error) {
    return [`further work failed: ${error instanceof Error ? error.message : String(error)}`];
  }
}

async function workOn(disk: SimulatedDisk, mutant: Mutant): Promise<string[]> {
  const before = readLogFiles(disk.tree);
  const { store, logs } = await recovered(disk, mutant);
  store.catalog_file.close();
  if (!isDeepStrictEqual(endsOf(logs), endsOf(before))) return ["a second recovery changed the logs"];

  const grown = new Map(before.lines);
  const recorder = await openSimulated(surroundingsOf(disk, mutant), CHECKPOINT_BYTES);
  for (const [key, lines] of [...before.lines, [logKey(NEW_LOG), []] as const]) {
    const [user_id = "", session_id = ""] = key.split("/");
    if (before.archived.has(key)) await recorder.restore({ user_id, session_id });
    const events = [{ type: "note.made", event: { record_id: "after" } }];
    const added = await recorder.append({ user_id, session_id }, events, { expected_seq: lines.length });
    grown.set(key, [...lines, ...added]);
  }
  await recorder.close();
  const reopened = await recovered(disk, mutant);
  reopened.store.catalog_file.close();
  const same = isDeepStrictEqual(endsOf({ lines: grown }), endsOf(reopened.logs));
  return [...(same ? [] : ["further appends are not all there after a clean stop"]), ...reopened.logs.faults];
}

async function recovered(disk: SimulatedDisk, mutant: Mutant) {
  const store = await recover(surroundingsOf(disk, mutant));
  return { store, logs: readLogFiles(disk.tree) };
}

function surroundingsOf(disk: SimulatedDisk, mutant: Mutant): Surroundings {
  const process = new SimulatedProcess(disk);
  return mutant.recovery?.(process) ?? process;
}

/** The catalog answers for the sessions, so it must know each log's end. */
function catalogFaults(entries: readonly CatalogEntry[], { lines, sizes, archived }: LogFiles): string[] {
  const found: string[] = [];
  const known = new Map(entries.map((entry) => [logKey(entry.log), entry]));
  for (const key of new Set([...lines.keys(), ...known.keys()])) {
    const entry = known.get(key);
    const last = lines.get(key)?.at(-1);
    if (entry?.hash !== last?.hash || entry?.bytes !== sizes.get(key)) {
      found.push(`${key}: the catalog is at line ${entry?.state.seq}, the log at ${last?.seq}`);
    }
    if (entry !== undefined && (entry.archived_at !== undefined) !== archived.has(key)) {
      found.push(`${key}: the catalog says that it was archived ${entry.archived_at}`);
    }
  }
  return found;
}

function claimFaults(
  claimed: readonly CatalogEntry[],
  lines: ReadonlyMap<string, readonly Line[]>,
): string[] {
  const found: string[] = [];
  const holders = new Map<string, string>();
  for (const [key, of_log] of lines) {
    const claim = claimOf(fold(of_log));
    if (claim === undefined) continue;
    if (holders.has(claim)) found.push(`${claim} is held by ${holders.get(claim)} and by ${key}`);
    holders.set(claim, key);
  }
  const stated = new Map(claimed.map(({ claim, log }) => [claim!, logKey(log)]));
  for (const claim of new Set([...holders.keys(), ...stated.keys()])) {
    if (holders.get(claim) !== stated.get(claim))
      found.push(`${claim}: the catalog says ${stated.get(claim)}`);
  }
  return found;
}

/** A log's last hash stands for all of its bytes. */
function endsOf({ lines }: Pick<LogFiles, "lines">): string[] {
  return [...lines].map(([key, of_log]) => `${key} ${of_log.at(-1)?.hash}`).sort();
}
