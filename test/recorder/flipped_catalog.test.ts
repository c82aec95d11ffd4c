// Flips bytes of the catalog's files after a clean stop, and after stops in the middle of its work. FLIPS_STRIDE=1 flips
// every byte after the clean stop; the ordinary run a sample.
import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openRecorder } from "@session-ledger/schema_recorder";
import { describe, expect, test } from "vitest";
import { endedEvent, startedEvent } from "../support/session_events.ts";
import { tempRoot } from "../support/temp_root.ts";
import { catalogAnswers } from "./catalog_answers.ts";
import { type Moment, rootWithMoments, SESSION_IDS, SESSIONS } from "./catalog_moments.ts";

/** Each flip is a start, and often a rebuild, of the store, on a machine that is shared. */
const FLIPS_MS_MAX = 240_000;
const STRIDE = Number(process.env["FLIPS_STRIDE"] ?? 1_499);
const DATABASE = "catalog.db";
const PAGE_BYTES = 4096;
/** Where in a page a byte is flipped: its kind, and how many cells it has. */
const HEADER_PLACES = [0, 4];
/** Its first cell's place, and its last byte. In a page without cells those belong to nothing, and may be anything. */
const CELL_PLACES = [9, PAGE_BYTES - 1];

/** Puts the ledger's own folder back as it was at a moment. The logs are the same throughout. */
async function restore(root: string, moment: Moment): Promise<string> {
  const folder = join(root, ".ledger");
  await rm(folder, { recursive: true });
  await cp(moment.folder, folder, { recursive: true });
  return folder;
}

async function flip(path: string, at: number): Promise<void> {
  const bytes = await readFile(path);
  bytes[at % bytes.length]! ^= 1 << (at % 8);
  await writeFile(path, bytes);
}

test("a flipped byte of the catalog changes no answer: if it counts, the catalog is rebuilt", {
  timeout: FLIPS_MS_MAX,
}, async () => {
  const root = await tempRoot();
  const recorder = await openRecorder({ root });
  const logs = ["u1", "u2"].map((user_id) => ({ user_id, session_id: `sess_of_${user_id}` }));
  for (const log of logs) {
    await recorder.append(log, [startedEvent(log)], { expected_seq: 0, claim: `active:${log.user_id}` });
  }
  await recorder.append(logs[1]!, [endedEvent(logs[1]!)], { expected_seq: 1, release: "active:u2" });
  await recorder.close();
  const session_ids = logs.map(({ session_id }) => session_id);
  const right = await catalogAnswers(root, session_ids);
  expect(right.rebuilt).toBe(0);

  const path = join(root, ".ledger", DATABASE);
  const { length } = await readFile(path);
  let noticed = 0;
  for (let at = 0; at < length; at += STRIDE) {
    await flip(path, at);
    const { told, rebuilt } = await catalogAnswers(root, session_ids);
    expect(told, `byte ${at}`).toEqual(right.told);
    if (rebuilt > 0) noticed += 1;
  }
  expect(noticed).toBeGreaterThan(0);
});

describe("a process that ends without a stop", () => {
  test("leaves a catalog that is relied on, wherever it ended, unless the catalog is not as it was written", async () => {
    const { root, moments, told } = await rootWithMoments();
    expect(moments.map(({ name }) => name)).toEqual([
      "between two checkpoints",
      "before the sums of a commit",
      "after the sums of a commit",
      "while the commit is put into the file",
    ]);
    for (const moment of moments) {
      await restore(root, moment);
      expect(await catalogAnswers(root, SESSION_IDS), moment.name).toEqual({ told, rebuilt: 0 });
    }
  });

  test("a flip in any page of its catalog is noticed at the next start, and the catalog rebuilt", {
    timeout: FLIPS_MS_MAX,
  }, async () => {
    const { root, moments, told } = await rootWithMoments();
    const at_rest = moments[0]!;
    const kinds = new Set<number>();
    const database = await readFile(join(at_rest.folder, DATABASE));
    for (let page = 0; page < database.length; page += PAGE_BYTES) {
      const has_cells = page === 0 || database.readUInt16BE(page + 3) > 0;
      kinds.add(database[page]!);
      for (const place of has_cells ? [...HEADER_PLACES, ...CELL_PLACES] : HEADER_PLACES) {
        const path = join(await restore(root, at_rest), DATABASE);
        await flip(path, page + place);
        const where = `byte ${place} of the page at ${page}`;
        expect(await catalogAnswers(root, SESSION_IDS), where).toEqual({ told, rebuilt: SESSIONS });
      }
    }
    // Of a table with a row's number, of one without or an index: leaves and inner pages; the first page is neither.
    expect([...kinds].sort((a, b) => a - b)).toEqual(expect.arrayContaining([0x02, 0x05, 0x0a, 0x0d]));
  });

  test("a flip in any of its files, at any moment of a commit, changes no answer", {
    timeout: FLIPS_MS_MAX,
  }, async () => {
    const { root, moments, told } = await rootWithMoments();
    for (const moment of moments) {
      for (const name of (await readdir(moment.folder)).filter((each) => each.startsWith("catalog."))) {
        const { length } = await readFile(join(moment.folder, name));
        for (let at = 0; at < length; at += Math.max(1, Math.floor(length / 3))) {
          await flip(join(await restore(root, moment), name), at);
          const where = `${moment.name}: byte ${at} of ${name}`;
          expect((await catalogAnswers(root, SESSION_IDS)).told, where).toEqual(told);
        }
      }
    }
  });
});
