// What a proof needs from the system, besides Node. Where it is missing the proof cannot run and says why; in CI,
// which installs what is needed, that is a failure.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "vitest";

/** Why a proof cannot run here; undefined if it can. */
export type Lack = string | undefined;

/** strace, and the right to trace a child. */
export function straceLack(): Lack {
  const tried = spawnSync("strace", ["-f", "-o", "/dev/null", "true"], { encoding: "utf8" });
  if (tried.error !== undefined) return "strace is not installed (Debian package strace)";
  return tried.status === 0 ? undefined : `strace may not trace a process here: ${tried.stderr.trim()}`;
}

/** The right to mount a tmpfs. */
export function mountLack(): Lack {
  if (process.platform !== "linux") return "a tmpfs can be mounted on Linux only";
  const folder = mkdtempSync(join(tmpdir(), "session-ledger-mount-"));
  try {
    const tried = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], {
      encoding: "utf8",
    });
    if (tried.status !== 0) return `a tmpfs cannot be mounted (it needs root): ${tried.stderr.trim()}`;
    spawnSync("umount", [folder]);
    return undefined;
  } finally {
    rmdirSync(folder);
  }
}

/** Leaves a test out where something is lacking, with the reason; in CI it fails. */
export function needs(context: TestContext, lack: Lack): void {
  if (lack === undefined) return;
  if (process.env["CI"] === "true") throw new Error(`This proof must run in CI, and cannot: ${lack}`);
  console.warn(`"${context.task.name}" cannot run here: ${lack}`);
  context.skip(lack);
}

/** A whole number from the environment that sizes a proof. */
export function sizeOf(variable: string, ordinary: number): number {
  const value = Number(process.env[variable] ?? ordinary);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${variable} must be a whole number from 1`);
  return value;
}
