// Loaded into a process under measurement with `node --import`: when it ends, its peak memory goes to descriptor 3.
// Linux keeps the peak of a process's own memory in VmHWM; `getrusage` would count what its parent held at the fork.
import { readFileSync, writeSync } from "node:fs";

const REPORT_DESCRIPTOR = 3;

process.on("exit", () => {
  writeSync(REPORT_DESCRIPTOR, readFileSync("/proc/self/status", "utf8"));
});
