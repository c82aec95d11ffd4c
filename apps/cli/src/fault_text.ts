import type { Fault } from "@session-ledger/schema_recorder";
import { printable } from "./printable.ts";

/** A fault for people: `file:line` first, which editors open, then the byte, the code and the reason. */
export function faultText({ file, line, byte_offset, code, reason }: Partial<Fault>): string {
  const place = line === undefined ? file : `${file}:${line}`;
  const byte = byte_offset === undefined ? "" : ` byte ${byte_offset}:`;
  return printable(`${place}:${byte} ${code}: ${reason}`);
}

/** `1 log`, `2 logs`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
