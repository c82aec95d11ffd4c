// The thread that writes the catalog's file at a checkpoint, while the event loop serves requests and reads the file
// through a connection of its own. One message in, one message out, in order.
import { parentPort, workerData } from "node:worker_threads";
import { nodeCommitDisk } from "../journal/commit_disk.ts";
import type { LogName } from "../recorder.ts";
import type { ThreadCall, ThreadReply } from "../worker_calls.ts";
import { CatalogFile } from "./catalog_file.ts";
import { ROW_SEPARATOR } from "./catalog_row.ts";
import type { PlacedKey } from "./idempotency_table.ts";

/** What the thread is asked to do. `rows` are the texts of some rows, and `keys` is the JSON of a list of them. */
export type CatalogCall =
  | { readonly method: "begin"; readonly removed: readonly LogName[] }
  | { readonly method: "put"; readonly rows: string }
  | { readonly method: "putKeys"; readonly keys: string }
  | { readonly method: "commit"; readonly next_batch: number }
  | { readonly method: "scrub" | "close" };

export interface CatalogThreadData {
  /** The ledger's folder, in which the catalog stands. */
  readonly folder: string;
}

const file = CatalogFile.openBeside(nodeCommitDisk, (workerData as CatalogThreadData).folder);

parentPort?.on("message", (call: ThreadCall<CatalogCall>) => parentPort?.postMessage(answer(call)));

function answer(call: ThreadCall<CatalogCall>): ThreadReply {
  try {
    carryOut(call);
    return { id: call.id, result: undefined };
  } catch (error) {
    return { id: call.id, failure: error instanceof Error ? error.message : String(error) };
  }
}

function carryOut(call: CatalogCall): void {
  switch (call.method) {
    case "begin":
      file.begin();
      for (const log of call.removed) file.remove(log);
      break;
    case "put":
      for (const row_text of call.rows.split(ROW_SEPARATOR)) file.putRow(row_text);
      break;
    case "putKeys":
      for (const key of JSON.parse(call.keys) as PlacedKey[]) file.idempotency_keys.put(...key);
      break;
    case "commit":
      file.commit(call.next_batch);
      break;
    default:
      file[call.method]();
  }
}
