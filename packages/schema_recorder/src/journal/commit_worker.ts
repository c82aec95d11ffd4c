// The thread on which batches are committed: the calls that wait for the disk are made here, in line, while the
// event loop serves requests. What it imports is kept small, since a thread loads it all again. One message in, one
// message out, in order but for `syncSealed`.
import { parentPort, workerData } from "node:worker_threads";
import type { ThreadCall, ThreadReply } from "../worker_calls.ts";
import { nodeCommitDisk } from "./commit_disk.ts";
import { CommitEngine, type CommitEngineOptions } from "./commit_engine.ts";

/** What the worker is asked to do. */
export interface CommitCall {
  readonly method: "commit" | "seal" | "syncSealed" | "dropSealed" | "close";
  readonly payload?: Uint8Array;
}

export type CommitWorkerData = Omit<CommitEngineOptions, "disk">;

const engine = new CommitEngine({ ...(workerData as CommitWorkerData), disk: nodeCommitDisk });

parentPort?.on("message", (call: ThreadCall<CommitCall>) => {
  void answer(call).then((reply) => parentPort?.postMessage(reply));
});

async function answer(call: ThreadCall<CommitCall>): Promise<ThreadReply> {
  try {
    return { id: call.id, result: await carryOut(call) };
  } catch (error) {
    return { id: call.id, failure: error instanceof Error ? error.message : String(error) };
  }
}

function carryOut({ method, payload }: CommitCall): unknown {
  if (method !== "commit") return engine[method]();
  const bytes = payload!;
  return engine.commit(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
}
