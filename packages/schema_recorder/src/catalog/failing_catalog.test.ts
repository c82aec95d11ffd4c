// Lets each write to the catalog fail in turn, as SQLite says it. The catalog follows from the logs, so nothing may
// depend on it; but a store whose catalog cannot be written must not let go of its journal.
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { nodeCommitDisk } from "../journal/commit_disk.ts";
import { openReader } from "../jsonl_reader.ts";
import { JsonlRecorder } from "../jsonl_recorder.ts";
import type { LogName } from "../recorder.ts";
import { RecorderError } from "../recorder_error.ts";
import type { Catalogs } from "../store_recovery.ts";
import { takeWriterLock } from "../writer_lock.ts";
import { CatalogFile } from "./catalog_file.ts";

const WRITES = ["begin", "put", "remove", "scrub", "commit", "closeClean"] as const;
const KEPT: LogName = { user_id: "ada", session_id: "kept" };
const ERASED: LogName = { user_id: "bo", session_id: "erased" };
const ARCHIVED: LogName = { user_id: "cy", session_id: "archived" };

/** What is met before each write to a catalog, and before one is opened or made. It throws, or does nothing. */
type Meet = () => void;

function failingCatalogs(meet: Meet): Catalogs {
  const failing = <File extends CatalogFile | undefined>(file: File): File => {
    for (const write of WRITES) {
      if (file === undefined) break;
      const works = file[write].bind(file) as (...values: unknown[]) => void;
      file[write] = (...values: unknown[]) => {
        meet();
        works(...values);
      };
    }
    return file;
  };
  return {
    open: (disk, folder) => {
      meet();
      return failing(CatalogFile.open(disk, folder));
    },
    create: (disk, folder) => {
      meet();
      return failing(CatalogFile.create(disk, folder));
    },
  };
}

/** Records, archives and erases until something fails. Gives the logs for which all was acknowledged. */
async function work(root: string, meet: Meet): Promise<LogName[]> {
  const done: LogName[] = [];
  const options = { root, commit_disk: nodeCommitDisk, checkpoint_bytes: 1 };
  const seams = { takeLock: takeWriterLock, catalogs: failingCatalogs(meet) };
  const recorder = await JsonlRecorder.open(options, seams).catch(() => undefined);
  if (recorder === undefined) return done;
  try {
    for (const log of [KEPT, ERASED, ARCHIVED]) {
      const events = ["session.started", "session.ended"].map((type) => {
        return { type, event: { record_id: randomUUID(), ...log } };
      });
      await recorder.append(log, events, { expected_seq: 0 });
      if (log === ERASED) await recorder.erase(log);
      if (log === ARCHIVED) await recorder.archive(log);
      done.push(log);
    }
  } catch (error) {
    if (!(error instanceof RecorderError)) throw error;
    expect(error.code).toMatch(/STORE_FAILED|STORE_UNAVAILABLE/);
  }
  await recorder.close().catch(() => {});
  return done;
}

/** What a start on a catalog that works finds: where each log stands. */
async function formsAfterStart(root: string): Promise<Map<string, string>> {
  const options = { root, commit_disk: nodeCommitDisk };
  const recorder = await JsonlRecorder.open(options);
  await recorder.examineAll();
  expect(recorder.faults).toEqual([]);
  const forms = new Map<string, string>();
  for await (const { log, archived_at, state } of recorder.sessions()) {
    forms.set(log.session_id, `${archived_at === undefined ? "a log" : "an archive"} of ${state.seq}`);
  }
  await recorder.close();
  const reader = await openReader({ root });
  for await (const log of reader.logs()) expect((await reader.verify(log)).faults).toEqual([]);
  for await (const log of reader.archives()) expect((await reader.verifyArchive(log))?.faults).toEqual([]);
  expect(await Array.fromAsync(reader.missingLogs())).toEqual([]);
  await reader.close();
  return forms;
}

test.each([
  ["I/O errors", 10],
  ["full disks", 13],
])(
  "whichever write to the catalog meets SQLite's %s, the next start knows what was acknowledged",
  async (_name, errcode) => {
    const folder = await mkdtemp(join(tmpdir(), "session-ledger-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    let writes = 0;
    const count: Meet = () => {
      writes += 1;
    };
    expect(await work(join(folder, "0"), count)).toHaveLength(3);
    expect(writes).toBeGreaterThan(15);
    let stopped = 0;
    for (let failing = 1; failing <= writes; failing += 1) {
      const root = join(folder, `${failing}`);
      let met = 0;
      const done = await work(root, () => {
        met += 1;
        // A disk that failed goes on failing.
        if (met >= failing) throw Object.assign(new Error("injected"), { code: "ERR_SQLITE_ERROR", errcode });
      });
      if (done.length < 3) stopped += 1;
      const forms = await formsAfterStart(root);
      if (done.includes(KEPT)) expect(forms.get("kept"), `write ${failing}`).toBe("a log of 2");
      if (done.includes(ERASED)) expect(forms.get("erased"), `write ${failing}`).toBeUndefined();
      if (done.includes(ARCHIVED)) expect(forms.get("archived"), `write ${failing}`).toBe("an archive of 2");
    }
    expect(stopped).toBeGreaterThan(10);
  },
);
