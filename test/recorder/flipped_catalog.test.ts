// Flips bytes of the catalog's file after a clean stop. FLIPS_STRIDE=1 flips every byte; the ordinary run a sample.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type LogName, openRecorder } from "@session-ledger/schema_recorder";
import { expect, test } from "vitest";
import { endedEvent, messageEvent, startedEvent } from "../support/session_events.ts";
import { tempRoot } from "../support/temp_root.ts";

const STRIDE = Number(process.env["FLIPS_STRIDE"] ?? 499);
const open: LogName = { user_id: "u1", session_id: "sess_0123456789abcdef" };
const ended: LogName = { user_id: "u2", session_id: "sess_fedcba9876543210" };

/** Everything that a recorder answers from its catalog, and how many logs it read to rebuild it. */
async function answers(root: string): Promise<{ told: unknown; rebuilt: number }> {
  let rebuilt = 0;
  const recorder = await openRecorder({
    root,
    on_rebuild: (logs) => {
      rebuilt = logs;
    },
  });
  const entries = await Array.fromAsync(recorder.sessions());
  const told = {
    entries: entries.sort((a, b) => (a.log.user_id < b.log.user_id ? -1 : 1)),
    holders: [await recorder.holderOf("active:u1"), await recorder.holderOf("active:u2")],
    found: [await recorder.find(open.session_id), await recorder.find(ended.session_id)],
  };
  await recorder.close();
  return { told, rebuilt };
}

test("a flipped byte of the catalog changes no answer: it is noticed, and the catalog rebuilt", async () => {
  const root = await tempRoot();
  const recorder = await openRecorder({ root });
  await recorder.append(open, [startedEvent(open)], { expected_seq: 0, claim: "active:u1" });
  await recorder.append(open, [messageEvent(open)], { expected_seq: 1 });
  await recorder.append(ended, [startedEvent(ended)], { expected_seq: 0, claim: "active:u2" });
  await recorder.append(ended, [endedEvent(ended)], { expected_seq: 1, release: "active:u2" });
  await recorder.close();
  const right = await answers(root);
  expect(right.rebuilt).toBe(0);

  const path = join(root, ".ledger/catalog.db");
  const { length } = await readFile(path);
  for (let at = 0; at < length; at += STRIDE) {
    const bytes = await readFile(path);
    bytes[at % bytes.length]! ^= 1 << (at % 8);
    await writeFile(path, bytes);
    expect(await answers(root), `byte ${at}`).toEqual({ told: right.told, rebuilt: 2 });
  }
});
