// Who may know whom, as rules of dependency-cruiser: `from` and `to` are regular expressions over paths relative to
// the root. Each rule is named by what it keeps.
import type { IRegularForbiddenRuleType } from "dependency-cruiser";
import { TEST_FILE } from "./source_file.ts";

/** Every package, and the packages that it may know. No package knows an app. */
export const KNOWN_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  session_contract: [],
  session_domain: ["session_contract"],
  schema_recorder: ["session_contract", "session_domain"],
  http_api: ["session_contract"],
  session_client: ["session_contract"],
  strands_session: ["session_contract", "session_domain", "schema_recorder", "session_client"],
  recorder_conformance: ["session_contract", "session_domain", "schema_recorder"],
};

const HOUSE = "^(apps|packages)/";
const TEST_LIBRARIES = "(^|node_modules/)(vitest|@vitest|supertest|fast-check|@fast-check)(/|$)";
const SUITE = "^packages/recorder_conformance/";

function rule(
  name: string,
  from: IRegularForbiddenRuleType["from"],
  to: IRegularForbiddenRuleType["to"],
): IRegularForbiddenRuleType {
  return { name, severity: "error", from, to };
}

function layerRule([name, known]: [string, readonly string[]]): IRegularForbiddenRuleType {
  const allowed = [name, ...known].map((each) => `^packages/${each}/`);
  return rule(`${name} knows its layer`, { path: `^packages/${name}/` }, { path: HOUSE, pathNot: allowed });
}

export const IMPORT_RULES: IRegularForbiddenRuleType[] = [
  ...Object.entries(KNOWN_PACKAGES).map(layerRule),
  rule(
    "apps stand apart",
    { path: "^apps/([^/]+)/", pathNot: "^apps/(server|cli)/" },
    { path: "^apps/", pathNot: "^apps/$1/" },
  ),
  rule("the server serves no command", { path: "^apps/server/" }, { path: "^apps/cli/" }),
  rule(
    "packages are entered by index.ts",
    { path: "^((?:apps|packages)/[^/]+/|test/|scripts/)" },
    { path: HOUSE, pathNot: ["^$1", "^(apps|packages)/[^/]+/src/index\\.ts$"] },
  ),
  rule(
    "packages are called by name",
    { path: "^((?:apps|packages)/[^/]+/)" },
    { path: HOUSE, pathNot: "^$1", dependencyTypes: ["local"] },
  ),
  rule("imports resolve", { path: HOUSE }, { couldNotResolve: true }),
  rule("no cycles", { path: HOUSE }, { circular: true }),
  rule(
    "libraries are declared",
    { path: HOUSE, pathNot: TEST_FILE },
    { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"] },
  ),
  rule("no tests in the product", { path: HOUSE, pathNot: TEST_FILE }, { path: TEST_FILE }),
  rule(
    "no test libraries in the product",
    { path: HOUSE, pathNot: [TEST_FILE, SUITE] },
    { path: TEST_LIBRARIES },
  ),
  rule("the suite is for tests", { path: HOUSE, pathNot: [TEST_FILE, SUITE] }, { path: SUITE }),
  rule(
    "session_domain is pure",
    { path: "^packages/session_domain/", pathNot: TEST_FILE },
    { pathNot: "^packages/" },
  ),
];
