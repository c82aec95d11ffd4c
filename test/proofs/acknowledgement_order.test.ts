// No answer leaves the server while a byte of its event is dirty, shown by the system calls themselves: a killed
// process leaves its writes in the system's cache, so only their order tells whether a power cut would lose them.
// `ORDER_ANSWERS=10000` is the long run.
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { tempRoot } from "../support/temp_root.ts";
import { expectRecorded } from "./recorded.ts";
import { needs, sizeOf, straceLack } from "./system_needs.ts";
import { traceUnderLoad } from "./traced_server.ts";

const ANSWERS = sizeOf("ORDER_ANSWERS", 400);
const MUTANT_ANSWERS = 100;
const LACK = straceLack();
const timeout = 60_000 + ANSWERS * 30;

/** Loads one of the planted faults into every thread of the server. */
function withFault(name: string): { NODE_OPTIONS: string } {
  return { NODE_OPTIONS: `--import ${pathToFileURL(join(import.meta.dirname, "preload", name))}` };
}

test(`of ${ANSWERS} answers none is sent, and no log is written, before the event's frame is synced`, {
  timeout,
}, async (context) => {
  needs(context, LACK);
  const { load, log_root, order } = await traceUnderLoad(await tempRoot(), ANSWERS);
  const { violations, ...counted } = order;
  console.info(JSON.stringify({ ...counted, violations: violations.length }));
  expect(violations.slice(0, 5)).toEqual([]);
  // The analysis saw every answer that the clients got, and checkpoints beside the load.
  expect(load.refused).toEqual(new Map());
  expect(order.answered).toBe(load.acknowledged.length);
  expect(order.answered).toBeGreaterThanOrEqual(ANSWERS);
  expect(order.segments_removed).toBeGreaterThan(1);
  await expectRecorded(log_root, load.acknowledged);
});

test("a server that never syncs its journal is caught at every answer", async (context) => {
  needs(context, LACK);
  const { order } = await traceUnderLoad(await tempRoot(), MUTANT_ANSWERS, withFault("no_sync.ts"));
  const caught = order.violations.filter((violation) => violation.includes("answered before its frame"));
  expect(caught).toHaveLength(order.answered);
  expect(caught.length).toBeGreaterThanOrEqual(MUTANT_ANSWERS);
});

test("a server that syncs too late is caught, though the sync comes in the end", async (context) => {
  needs(context, LACK);
  const { order } = await traceUnderLoad(await tempRoot(), MUTANT_ANSWERS, withFault("late_sync.ts"));
  expect(order.journal_syncs).toBeGreaterThan(0);
  expect(
    order.violations.filter((violation) => violation.includes("answered before")).length,
  ).toBeGreaterThan(0);
});

test("a checkpoint that removes a segment before its logs are synced is caught", async (context) => {
  needs(context, LACK);
  const folder = await tempRoot();
  await mkdir(join(folder, "bin"));
  await writeFile(join(folder, "bin", "sync"), "#!/bin/sh\n");
  await chmod(join(folder, "bin", "sync"), 0o755);
  const environment = { PATH: `${join(folder, "bin")}:${process.env["PATH"]}` };
  const { order } = await traceUnderLoad(folder, MUTANT_ANSWERS * 4, environment);
  const kinds = new Set(order.violations.map((violation) => violation.replace(/^\S+: /, "")));
  expect(kinds).toContain("its segment is removed before its log is synced");
});
