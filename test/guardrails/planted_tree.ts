import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { KNOWN_PACKAGES } from "./import_rules.ts";
import type { SourceFile } from "./source_file.ts";

const APPS = ["chat", "cli", "server", "session_manager"];
const LIBRARIES = ["express", "fast-check", "supertest", "undeclared", "vitest", "zod"];

/**
 * Builds a house like ours below `root`: every package and some apps, each with an `index.ts` and one file behind
 * it, and libraries, of which all but `undeclared` are declared everywhere. Then the planted files are added.
 */
export function plantTree(root: string, planted: readonly SourceFile[]): void {
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const members = [
    ...Object.keys(KNOWN_PACKAGES).map((name) => `packages/${name}`),
    ...APPS.map((name) => `apps/${name}`),
  ];
  const declared = [...members.map(packageName), ...LIBRARIES.filter((name) => name !== "undeclared")];
  const dependencies = Object.fromEntries(declared.map((name) => [name, "*"]));
  mkdirSync(join(root, "node_modules/@session-ledger"), { recursive: true });
  for (const member of members) {
    const name = packageName(member);
    write(`${member}/package.json`, JSON.stringify({ name, exports: "./src/index.ts", dependencies }));
    write(`${member}/src/index.ts`, 'export * from "./inner.ts";\n');
    write(`${member}/src/inner.ts`, "export const inner = 1;\n");
    symlinkSync(join("../..", member), join(root, "node_modules", name));
  }
  for (const name of LIBRARIES) {
    write(`node_modules/${name}/package.json`, JSON.stringify({ name, exports: "./index.js" }));
    write(`node_modules/${name}/index.js`, "export const library = 1;\n");
  }
  for (const { path, text } of planted) write(path, text);
}

function packageName(member: string): string {
  return `@session-ledger/${member.slice(member.indexOf("/") + 1)}`;
}
