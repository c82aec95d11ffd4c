import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkImports, type ImportReport } from "./import_policy.ts";
import { IMPORT_RULES, KNOWN_PACKAGES } from "./import_rules.ts";
import { importsOf } from "./module_import.ts";
import { plantTree } from "./planted_tree.ts";
import { OTHER_FOLDERS, readSourceFiles, SOURCE_FOLDERS, type SourceFile } from "./source_file.ts";

const ROOT = join(import.meta.dirname, "../..");
const LEDGER = "@session-ledger";

/** Every TypeScript file below `root`, with the specifiers that stand in it, without `node:`. */
function specifiersOnDisk(root: string): Map<string, Set<string>> {
  const files = readSourceFiles(root, [...SOURCE_FOLDERS, ...OTHER_FOLDERS]);
  const bare = (file: SourceFile) =>
    importsOf(file).flatMap(({ specifier }) => specifier?.replace(/^node:/, "") ?? []);
  return new Map(files.map((file) => [file.path, new Set(bare(file))]));
}

function seenSource({ specifiers }: ImportReport): Map<string, ReadonlySet<string>> {
  return new Map([...specifiers].filter(([path]) => /^(apps|packages|scripts|test)\/.*\.ts$/.test(path)));
}

describe("in the tree", () => {
  const report = checkImports(ROOT, ["apps", "packages", ...OTHER_FOLDERS]);

  test("every module and every import of it is seen", async () => {
    const on_disk = specifiersOnDisk(ROOT);
    expect(on_disk.size).toBeGreaterThan(100);
    expect(seenSource(await report)).toEqual(on_disk);
  });

  test("every package has its place among the layers", () => {
    expect(Object.keys(KNOWN_PACKAGES).sort()).toEqual(readdirSync(join(ROOT, "packages")).sort());
  });

  test("nobody imports what they may not know", async () => {
    expect((await report).violations).toEqual([]);
  });
});

/** A rule, and a file with its text that breaks it. */
const PLANTS: [string, string, string][] = [
  layer("session_contract", "session_domain"),
  layer("session_contract", "http_api"),
  layer("session_domain", "schema_recorder"),
  layer("schema_recorder", "http_api"),
  layer("http_api", "session_domain"),
  layer("http_api", "schema_recorder"),
  layer("session_client", "session_domain"),
  layer("strands_session", "http_api"),
  layer("recorder_conformance", "http_api"),
  ["session_contract knows its layer", "packages/session_contract/src/up.ts", taking(`${LEDGER}/chat`)],
  ["apps stand apart", "apps/session_manager/src/sibling.ts", taking(`${LEDGER}/chat`)],
  ["apps stand apart", "apps/chat/src/whole.ts", taking(`${LEDGER}/server`)],
  ["the server serves no command", "apps/server/src/command.ts", taking(`${LEDGER}/cli`)],
  [
    "packages are entered by index.ts",
    "test/behind.test.ts",
    taking("../packages/session_contract/src/inner.ts"),
  ],
  [
    "packages are entered by index.ts",
    "apps/chat/src/behind.ts",
    taking("../../../packages/session_contract/src/inner.ts"),
  ],
  [
    "packages are called by name",
    "apps/chat/src/path.ts",
    taking("../../../packages/session_contract/src/index.ts"),
  ],
  ["imports resolve", "apps/chat/src/deep.ts", taking(`${LEDGER}/session_contract/src/inner.ts`)],
  ["imports resolve", "apps/chat/src/lost.ts", taking("./nowhere.ts")],
  ["no cycles", "apps/chat/src/egg.ts", taking("./hen.ts")],
  ["libraries are declared", "apps/chat/src/borrowed.ts", taking("undeclared")],
  ["no tests in the product", "apps/chat/src/helped.ts", taking("./test_support.ts")],
  ["no test libraries in the product", "apps/chat/src/spied.ts", taking("vitest")],
  ["no test libraries in the product", "apps/chat/src/asked.ts", taking("supertest")],
  ["no test libraries in the product", "packages/session_contract/src/random.ts", taking("fast-check")],
  ["the suite is for tests", "apps/chat/src/suite.ts", taking(`${LEDGER}/recorder_conformance`)],
  ["session_domain is pure", "packages/session_domain/src/reads.ts", taking("node:fs")],
  ["session_domain is pure", "packages/session_domain/src/chance.ts", taking("node:crypto")],
  ["session_domain is pure", "packages/session_domain/src/library.ts", taking("zod")],
  [
    "session_domain is pure",
    "packages/session_domain/src/round.ts",
    'process.getBuiltinModule("node:fs");\n',
  ],
  ["apps stand apart", "apps/chat/src/types.ts", `import type { inner } from "${LEDGER}/session_manager";\n`],
  ["apps stand apart", "apps/chat/src/again.ts", `export { inner } from "${LEDGER}/session_manager";\n`],
  ["apps stand apart", "apps/chat/src/late.ts", `await import("${LEDGER}/session_manager");\n`],
];

/** What the layers allow, so that a rule which forbids everything is found out too. */
const ALLOWED: [string, string][] = [
  ["packages/session_domain/src/ruled.ts", taking(`${LEDGER}/session_contract`)],
  ["packages/schema_recorder/src/ruled.ts", taking(`${LEDGER}/session_domain`) + taking("node:fs")],
  ["packages/recorder_conformance/src/ruled.ts", taking(`${LEDGER}/schema_recorder`) + taking("vitest")],
  ["apps/chat/src/ruled.ts", taking(`${LEDGER}/http_api`) + taking(`${LEDGER}/schema_recorder`)],
  ["apps/server/src/composed.ts", taking(`${LEDGER}/chat`) + taking(`${LEDGER}/session_manager`)],
  // The other half of the planted cycle, which is reported once, at its first file.
  ["apps/chat/src/hen.ts", taking("./egg.ts")],
  ["apps/chat/src/test_support.ts", taking("supertest")],
  ["apps/chat/src/face.test.ts", taking("./test_support.ts") + taking("vitest") + taking("undeclared")],
];

function layer(from: string, to: string): [string, string, string] {
  return [`${from} knows its layer`, `packages/${from}/src/knows_${to}.ts`, taking(`${LEDGER}/${to}`)];
}

function taking(specifier: string): string {
  return `import "${specifier}";\n`;
}

describe("in a planted tree", () => {
  let root: string;
  let report: ImportReport;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), "planted-imports-"));
    const planted = PLANTS.map(([, path, text]) => ({ path, text }));
    plantTree(root, [...planted, ...ALLOWED.map(([path, text]) => ({ path, text }))]);
    report = await checkImports(root, ["apps", "packages", "test"]);
  });
  afterAll(() => rmSync(root, { recursive: true }));

  test.each(PLANTS)("%s: %s is caught", (rule, path) => {
    const rules = report.violations.filter(({ from }) => from === path).map((violation) => violation.rule);
    expect(rules).toContain(rule);
  });

  test("what is allowed is let through", () => {
    const planted = new Set(PLANTS.map(([, path]) => path));
    expect(report.violations.filter(({ from }) => !planted.has(from))).toEqual([]);
  });

  test("every rule has a plant", () => {
    expect(new Set(PLANTS.map(([rule]) => rule))).toEqual(new Set(IMPORT_RULES.map(({ name }) => name)));
  });
});
