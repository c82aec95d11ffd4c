// A build without an engine: each stage of a Dockerfile becomes a folder, in which its steps are taken one by one. Who
// the files belong to, and who the process runs as, is left out, since that takes root.
import { execFile } from "node:child_process";
import { cp, mkdir, symlink } from "node:fs/promises";
import { basename, dirname, isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import { contextFiles } from "./build_context.ts";
import type { Stage, Step } from "./dockerfile.ts";

const run = promisify(execFile);

/** What a build leaves: a file system, and what is run in it. */
export interface BuiltImage {
  /** The folder that stands for `/`. */
  readonly root: string;
  readonly workdir: string;
  /** Every variable of the image; a path in it is one of this machine. */
  readonly environment: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly health_check: readonly string[];
  readonly volumes: readonly string[];
}

interface BuildOptions {
  /** The folder that is sent to the build. */
  readonly context: string;
  /** An empty folder. */
  readonly folder: string;
  /** Tools that were fetched before, so that the build needs no registry. */
  readonly toolchain: string;
}

/** @throws Error for an instruction that it does not know, and for a command that fails */
export async function buildInPlainFolder(
  stages: readonly Stage[],
  options: BuildOptions,
): Promise<BuiltImage> {
  let image: BuiltImage | undefined;
  for (const [index, stage] of stages.entries()) {
    const build = new StageBuild(join(options.folder, stage.name ?? `stage_${index}`), options);
    for (const step of stage.steps) await build.take(step);
    image = build.image;
  }
  if (image === undefined) throw new Error("There is no stage.");
  return image;
}

class StageBuild {
  readonly #root: string;
  readonly #options: BuildOptions;
  readonly #variables = new Map<string, string>();
  readonly #volumes: string[] = [];
  #workdir = "/";
  #command: readonly string[] = [];
  #health_check: readonly string[] = [];

  constructor(root: string, options: BuildOptions) {
    this.#root = root;
    this.#options = options;
  }

  get image(): BuiltImage {
    const variables = [...this.#variables].map(([name, value]) => [
      name,
      isAbsolute(value) ? this.#onDisk(value) : value,
    ]);
    return {
      root: this.#root,
      workdir: this.#onDisk(this.#workdir),
      environment: Object.fromEntries(variables),
      command: this.#command,
      health_check: this.#health_check,
      volumes: this.#volumes.map((volume) => this.#onDisk(volume)),
    };
  }

  async take(step: Step): Promise<void> {
    switch (step.keyword) {
      case "WORKDIR":
        this.#workdir = step.text;
        await mkdir(this.#onDisk("."), { recursive: true });
        break;
      case "ENV":
        for (const word of step.words) {
          const [name = "", value = ""] = word.split("=", 2);
          this.#variables.set(name, value);
        }
        break;
      case "COPY":
        await this.#copy(step);
        break;
      case "RUN":
        await this.#run(step.text);
        break;
      case "VOLUME":
        this.#volumes.push(...step.words);
        break;
      case "HEALTHCHECK":
        this.#health_check = step.command ?? [];
        break;
      case "CMD":
        this.#command = step.command ?? [];
        break;
      case "USER":
      case "EXPOSE":
        break;
      default:
        throw new Error(`line ${step.line}: ${step.keyword} is not understood`);
    }
  }

  /** Where a path of the image stands on this machine. */
  #onDisk(path: string): string {
    return join(this.#root, isAbsolute(path) ? path : join(this.#workdir, path));
  }

  async #copy({ words, flags }: Step): Promise<void> {
    const target = this.#onDisk(words.at(-1)!);
    for (const source of words.slice(0, -1)) {
      const { from } = flags;
      if (from === undefined) await this.#copyContext(source, target, words.at(-1)!.endsWith("/"));
      else await copyWhole(join(this.#options.folder, from, source), target);
    }
  }

  /** A folder's content is copied into the target, a file under its name if the target is a folder. */
  async #copyContext(source: string, target: string, is_folder: boolean): Promise<void> {
    const { context } = this.#options;
    const inside = (file: string): boolean => file === source || file.startsWith(`${source}/`);
    const files = contextFiles(context).filter(inside);
    if (files.length === 0) throw new Error(`${source} is not in the context`);
    for (const file of files) {
      const name = file === source ? (is_folder ? basename(file) : "") : file.slice(source.length);
      await copyWhole(join(context, file), join(target, name));
    }
  }

  async #run(command: string): Promise<void> {
    const toolchain = this.#onDisk(".toolchain");
    await symlink(this.#options.toolchain, toolchain);
    await run("sh", ["-c", command], {
      cwd: this.#onDisk("."),
      env: { ...process.env, ...this.image.environment },
    });
  }
}

async function copyWhole(source: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await cp(source, target, { recursive: true, verbatimSymlinks: true });
}
