import { spawnSync } from "node:child_process";
import { mkdtemp, rm, rmdir, statfs, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** The unit in which a tmpfs gives out room. */
export const PAGE_BYTES = 4096;

const FILL_CHUNK = Buffer.alloc(PAGE_BYTES);

/** A file system of its own, so small that a test can fill it. It is unmounted when the test ends. */
export class SmallDisk {
  readonly folder: string;
  readonly log_root: string;
  readonly #ballast: string;

  private constructor(folder: string) {
    this.folder = folder;
    this.log_root = join(folder, "logs");
    this.#ballast = join(folder, "ballast");
  }

  /** Needs the right to mount; see `mountLack`. To be asked for before any process that uses the disk. */
  static async mounted(bytes: number): Promise<SmallDisk> {
    const folder = await mkdtemp(join(tmpdir(), "session-ledger-disk-"));
    onTestFinished(async () => {
      run("umount", folder);
      await rmdir(folder);
    });
    run("mount", "-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", folder);
    return new SmallDisk(folder);
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.folder);
    return bavail * bsize;
  }

  /** Takes all room but `free_bytes`. */
  async fill(free_bytes: number): Promise<void> {
    for (
      let left = (await this.freeBytes()) - free_bytes;
      left > 0;
      left = (await this.freeBytes()) - free_bytes
    ) {
      const chunk = left > PAGE_BYTES ? Buffer.alloc(left - (left % PAGE_BYTES)) : FILL_CHUNK;
      await writeFile(this.#ballast, chunk, { flag: "a" });
    }
  }

  /** Gives back the room that `fill` took. */
  async makeRoom(): Promise<void> {
    await rm(this.#ballast, { force: true });
  }

  remount(mode: "ro" | "rw"): void {
    run("mount", "-o", `remount,${mode}`, this.folder);
  }
}

function run(program: string, ...words: string[]): void {
  const { status, stderr } = spawnSync(program, words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${words.join(" ")}: ${stderr.trim()}`);
}
