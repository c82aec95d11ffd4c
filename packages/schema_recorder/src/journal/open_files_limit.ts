import { readFileSync } from "node:fs";

/** How many logs are kept open where the limit is not known; with it the store works under `ulimit -n 256`. */
const HANDLES_DEFAULT = 64;
const HANDLES_MAX = 2_048;
/** Of the files that the process may open, this share is for logs; the rest is for connections and readers. */
const HANDLES_SHARE = 0.25;

/** How many logs the store keeps open: a share of what the process may open (Linux tells; elsewhere a few). */
export function handlesMax(): number {
  let limits: string;
  try {
    limits = readFileSync("/proc/self/limits", "utf8");
  } catch {
    return HANDLES_DEFAULT;
  }
  const soft = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1]);
  return Number.isNaN(soft) ? HANDLES_DEFAULT : Math.min(HANDLES_MAX, Math.floor(soft * HANDLES_SHARE));
}
