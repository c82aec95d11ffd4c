// Lets each operation on the disk fail in turn: of a workload, and of a start that finishes what a killed process left.
// Then the ledger is started again on what that left. FAULTS_STRIDE=1 tries every operation; the ordinary run tries one
// in a few.
import { appendFile, cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { openRecorder } from "@session-ledger/schema_recorder";
import { afterAll, describe, expect, test } from "vitest";
import { tempRoot } from "../support/temp_root.ts";
import { type Consequence, contradictions, type Ledger, type Operation, tryOut } from "./fault_trial.ts";
import { DISK_OPERATIONS, type DiskFault, type DiskOperation, faultyDisks } from "./faulty_disk.ts";
import { type Act, SessionLife } from "./session_life.ts";

const STRIDE = Number(process.env["FAULTS_STRIDE"] ?? 10);
const TRIAL_MS_MAX = 5_000;
const OPERATIONS_MAX = 1_000;
const TORN_LINE = '{"seq":99,"recorded_at":"2026-11-21T09:3';

type Fault = Exclude<DiskFault, undefined>;

const ENDED: readonly Act[] = ["start", "fill", "end"];
/** What is done to sessions. An erasure ends with a checkpoint, so what comes after the last stays in the journal. */
const LIVES: Readonly<Record<string, readonly Act[]>> = {
  erased: [...ENDED, "erase"],
  erased_archive: [...ENDED, "archive", "erase"],
  line_erased: ["start", "fill", "erase_line"],
  ended: ENDED,
  archived: [...ENDED, "archive"],
  restored: [...ENDED, "archive", "restore"],
  open: ["start", "fill"],
};

function newLives(): Ledger["lives"] {
  return Object.entries(LIVES).map(([name, acts]) => ({ life: new SessionLife(name), acts }));
}

/** Makes ledgers with nothing in them. */
async function newLedgers(): Promise<() => Ledger> {
  const folder = await tempRoot();
  let made = 0;
  return () => {
    made += 1;
    return { root: join(folder, `${made}`), lives: newLives() };
  };
}

interface Killed {
  /** What was under way when the process was killed: its journal entry is durable. */
  readonly last: Act;
  readonly has_catalog: boolean;
}

/** Makes ledgers that a killed process left, with appends, operations and a torn log that a start has to mend. */
async function killedLedgers({ last, has_catalog }: Killed): Promise<() => Promise<Ledger>> {
  const folder = await tempRoot();
  const root = join(folder, "killed");
  const oldest = new SessionLife("oldest");
  const lives = newLives();
  let is_last = false;
  const disks = faultyDisks((kind) =>
    is_last && (kind === "syncLater" || kind === "syncAllLater") ? { code: "EIO" } : undefined,
  );
  const recorder = await openRecorder({ root, ...disks });
  await oldest.live(recorder, ENDED);
  for (const { life, acts } of lives) await life.live(recorder, acts);
  is_last = true;
  await oldest.live(recorder, [last]);
  await recorder.close();
  const open = lives.at(-1)!.life;
  await appendFile(join(root, open.log_file), TORN_LINE);
  if (!has_catalog) await rm(join(root, ".ledger/catalog.db"));
  const lived = [oldest, ...lives.map(({ life }) => life)].map((life) => ({ life, acts: [] }));
  let made = 0;
  return async () => {
    made += 1;
    const copy = join(folder, `${made}`);
    await cp(root, copy, { recursive: true });
    return { root: copy, lives: [...lived, { life: new SessionLife("later"), acts: ENDED }] };
  };
}

/** Whether a fault may lead to this. All that is not named here ends the store, its start or its stop. */
function isDocumented(consequence: Consequence, { kind, path }: Operation, fault: Fault): boolean {
  switch (consequence) {
    // Nothing was begun: what takes a log's place could not be prepared, or a log's folder not be made.
    case "an act was refused alone":
      return kind === "openToRead" || kind === "makeFolder" || path.includes("/.ledger/drafts");
    case "the ledger was only read":
      return "code" in fault && fault.code === "ENOSPC";
    // It says no more than whom to name if the root is locked.
    case "nothing":
      return kind === "openToRead" && path.endsWith("/writer.json");
    default:
      return true;
  }
}

/**
 * The same of a start after a kill: what goes wrong while the catalog is caught up makes it be rebuilt, and then what
 * the journal says is done once more.
 */
function isDocumentedOfStart(consequence: Consequence, operation: Operation, fault: Fault): boolean {
  const { kind, path } = operation;
  const is_done_again = /\/sessions\/[^/]+$/.test(path) && (kind === "remove" || kind === "openToRead");
  return isDocumented(consequence, operation, fault) || (consequence === "nothing" && is_done_again);
}

const met_kinds = new Set<DiskOperation>();
const report: Record<string, number> = {};

/** Lets each operation that can meet the fault meet it in turn, on a ledger of its own. */
async function expectSound(
  make: () => Ledger | Promise<Ledger>,
  fault: Fault,
  isExpected: typeof isDocumented,
): Promise<void> {
  const canMeet = ({ kind }: Operation): boolean => !("short" in fault) || kind === "write";
  let operations = 0;
  const without_fault = await make();
  await tryOut(without_fault, (operation) => {
    met_kinds.add(operation.kind);
    if (canMeet(operation)) operations += 1;
    return undefined;
  });
  expect(await contradictions(without_fault)).toEqual([]);
  expect(operations).toBeGreaterThan(10);
  for (let failing = 1; failing <= operations; failing += STRIDE) {
    const ledger = await make();
    let passed = 0;
    let met: Operation | undefined;
    const consequence = await tryOut(ledger, (operation) => {
      if (canMeet(operation)) passed += 1;
      if (passed !== failing || met !== undefined) return undefined;
      met = operation;
      return fault;
    });
    const where = `operation ${failing}, ${met?.kind} of ${met?.path}: ${consequence}`;
    // A run may take an operation less than the one that was counted.
    if (met !== undefined) expect(isExpected(consequence, met, fault), where).toBe(true);
    expect(await contradictions(ledger), where).toEqual([]);
    report[consequence] = (report[consequence] ?? 0) + 1;
    await rm(ledger.root, { recursive: true });
  }
}

const timeout = 60_000 + (OPERATIONS_MAX / STRIDE) * TRIAL_MS_MAX;

describe.each<[string, Fault]>([
  ["EIO", { code: "EIO" }],
  ["ENOSPC", { code: "ENOSPC" }],
  ["a short count", { short: true }],
])("each operation in turn with %s", (_name, fault) => {
  test("acknowledges nothing that is not durable, stops, and starts clean again", { timeout }, async () => {
    await expectSound(await newLedgers(), fault, isDocumented);
  });

  test.each<[string, Killed]>([
    ["an erasure", { last: "erase", has_catalog: true }],
    ["an erasure, and the catalog lost,", { last: "erase", has_catalog: false }],
    ["the erasure of a line", { last: "erase_line", has_catalog: true }],
  ])(
    "of a start after a kill in %s leaves a ledger that starts clean again",
    { timeout },
    async (_kill, killed) => {
      await expectSound(await killedLedgers(killed), fault, isDocumentedOfStart);
    },
  );
});

test("every operation of both disks is among those that fail", () => {
  expect([...met_kinds].sort()).toEqual([...DISK_OPERATIONS].sort());
});

afterAll(() => console.info(JSON.stringify({ FAULTS_STRIDE: STRIDE, ...report })));
