// Sets the workspace up and prints the PATH to run it with. Plain JavaScript for Node 18 or newer. `--production`
// installs what the server and the command need and nothing else, and only as the lockfile has it.
//
// Three things may be missing on a fresh clone, and each is fetched from the npm registry once: the pinned
// pnpm (package.json, "packageManager"), a Node that runs TypeScript from source (only where the Node at hand
// is older), and the dependencies. A fingerprint of every manifest says whether the last installation still
// holds, so a second run costs a few milliseconds and works offline.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const NODE_FETCHED = "24.21.0";
const NODE_MAJOR_MIN = 24;
/** What runs in production, each with the packages that it knows. */
const PRODUCTS = ["--filter=@session-ledger/server...", "--filter=@session-ledger/cli..."];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const specs = [packageManager];
if (Number(process.versions.node.split(".")[0]) < NODE_MAJOR_MIN) {
  specs.push(`node-${process.platform}-${process.arch}@${NODE_FETCHED}`);
}

/** Runs a command with its output on stderr, so that stdout carries the PATH alone; ends the set-up if it fails. */
function must(command, args, env = process.env) {
  const { status, error } = spawnSync(command, args, { cwd: root, env, stdio: ["ignore", 2, 2] });
  if (status === 0) return;
  console.error(error?.message ?? `Set-up failed at: ${command} ${args.join(" ")}`);
  console.error("Set-up needs npm and its registry once; after that it works offline.");
  process.exit(1);
}

/** Installs one tool into a folder of its own, and gives the folder of its commands. */
function fetchTool(spec) {
  const folder = join(root, ".toolchain", spec);
  const commands = join(folder, "node_modules", ".bin");
  if (existsSync(folder)) return commands;
  console.error(`Fetching ${spec} into .toolchain/ (once)`);
  const draft = `${folder}.${process.pid}`;
  mkdirSync(draft, { recursive: true });
  const flags = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"];
  must("npm", ["install", "--prefix", draft, ...flags, spec]);
  try {
    renameSync(draft, folder);
  } catch (error) {
    // Another set-up finished first; its tools are the same.
    if (!existsSync(folder)) throw error;
    rmSync(draft, { recursive: true });
  }
  return commands;
}

function fingerprint() {
  const hash = createHash("sha256").update(packageManager);
  const manifests = ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json"];
  for (const group of ["apps", "packages"]) {
    for (const name of readdirSync(join(root, group)).sort())
      manifests.push(join(group, name, "package.json"));
  }
  for (const path of manifests.filter((each) => existsSync(join(root, each)))) {
    hash.update(path).update(readFileSync(join(root, path)));
  }
  return hash.digest("hex");
}

const path = [...specs.map(fetchTool), join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter);

const flags = process.argv.includes("--production") ? ["--prod", "--frozen-lockfile", ...PRODUCTS] : [];
const stamp = join(root, "node_modules", ".setup-fingerprint");
const wanted = [fingerprint(), ...flags].join(" ");
if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
  must("pnpm", ["install", ...flags, "--prefer-offline", "--reporter=append-only"], {
    ...process.env,
    PATH: path,
  });
  writeFileSync(stamp, wanted);
}
process.stdout.write(path);
