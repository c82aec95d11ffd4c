import { open } from "node:fs/promises";
import { join } from "node:path";
import { type ServerEnvironment, startServer } from "../server/server_process.ts";
import { commitOrderOf } from "./commit_order.ts";
import { type LoadReport, runLoad } from "./load.ts";
import { parseCalls, type TracedCall } from "./strace_calls.ts";

const CALLS =
  "write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,fsync,fdatasync,syncfs,openat,mkdir,mkdirat,unlink,unlinkat";
/** Longer than any single write, so that no event is cut out of the trace. */
const STRING_CHARACTERS_MAX = 16 * 1024 * 1024;
const CLIENTS = 24;
const MESSAGES = 3;

/** A server under load and under strace, from an empty log root to its clean stop. */
export async function traceUnderLoad(
  folder: string,
  answers: number,
  environment: ServerEnvironment = {},
): Promise<{ load: LoadReport; log_root: string; order: ReturnType<typeof commitOrderOf> }> {
  const log_root = join(folder, "logs");
  const trace = join(folder, "trace");
  const filter = ["-f", "--seccomp-bpf", "-yy", "-s", String(STRING_CHARACTERS_MAX), "-e", `trace=${CALLS}`];
  const { server, url } = await startServer(
    // Requests to io_uring are no system calls of their own, so a trace would not show them.
    { LOG_ROOT: log_root, CHECKPOINT_BYTES: "65536", UV_USE_IO_URING: "0", ...environment },
    { wrapper: ["strace", ...filter, "-o", trace] },
  );
  const { pid } = await server.logged("listening");
  const load = await runLoad({
    url,
    clients: CLIENTS,
    messages: MESSAGES,
    users: "traced",
    isEnough: ({ acknowledged }) => acknowledged.length >= answers,
  });
  // The signal goes to the server itself: strace would let go of it and trace no further.
  process.kill(Number(pid), "SIGTERM");
  await server.exited;
  return { load, log_root, order: commitOrderOf(await readTrace(trace), log_root) };
}

async function readTrace(path: string): Promise<TracedCall[]> {
  const file = await open(path);
  try {
    const lines: string[] = [];
    for await (const line of file.readLines()) lines.push(line);
    return parseCalls(lines);
  } finally {
    await file.close();
  }
}
