import { isIPv4 } from "node:net";

const LOOPBACK_NAMES = new Set(["localhost", "::1"]);

/** Whether a name or address stays on this machine: 127.0.0.0/8, ::1 (without brackets) or localhost. */
export function isLoopback(host: string): boolean {
  return LOOPBACK_NAMES.has(host.toLowerCase()) || (isIPv4(host) && host.startsWith("127."));
}
