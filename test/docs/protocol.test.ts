import { HTTP_STATUS, retryAfterSeconds } from "@session-ledger/http_api";
import { VARIABLE_NAMES } from "@session-ledger/server";
import { ERROR_CODES, type ErrorCode } from "@session-ledger/session_contract";
import { expect, test } from "vitest";
import { startServer } from "../server/server_process.ts";
import { tempRoot } from "../support/temp_root.ts";
import { sectionsOf } from "./markdown.ts";
import { readPage } from "./repository_pages.ts";

const PAGE = readPage("docs/protocol.md");
const ANY_REQUEST = "Any request";
const ANY_BODY = "Any request with a body";

/** What the protocol names in capitals that is no error code: the server's variables, and limits. */
const VARIABLES = new Set<string>([...VARIABLE_NAMES, "LINE_BYTES_MAX"]);

/** What these tests read of an operation's description. */
interface DescribedOperation {
  readonly "x-roles": readonly string[] | "anyone";
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

/** The operations that the server describes, each as `GET /livez`. */
async function describedOperations(): Promise<Map<string, DescribedOperation>> {
  const { server, url } = await startServer({ LOG_ROOT: await tempRoot() });
  try {
    const response = await fetch(`${url}/openapi.json`);
    const document = (await response.json()) as {
      paths: Record<string, Record<string, DescribedOperation>>;
    };
    return new Map(
      Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, described]) => [`${method.toUpperCase()} ${path}`, described]),
      ),
    );
  } finally {
    await server.stop();
  }
}

/** The `status code` pairs of the tables in a section. */
function listedCodes(section: string): string[] {
  return [...section.matchAll(/^\| (\d{3}) \| `([A-Z_]+)` \|/gm)].map(
    ([, status, code]) => `${status} ${code}`,
  );
}

function describedCodes({ responses }: DescribedOperation): string[] {
  return Object.entries(responses).flatMap(([status, { description }]) =>
    [...description.matchAll(/^`([A-Z_]+)`:/gm)].map(([, code]) => `${status} ${code}`),
  );
}

/** The section of one operation, whose heading is its method and path. */
function sectionOf(operation: string): string {
  return sectionsOf(PAGE, 3).get(`\`${operation}\``) ?? "";
}

function commonSection(heading: string): string {
  return sectionsOf(PAGE, 3).get(heading) ?? "";
}

test("the protocol has a section for every operation of every face, and for no other", async () => {
  const operations = await describedOperations();
  const headings = [...PAGE.matchAll(/^### `([A-Z]+ \/\S+)`$/gm)].map((match) => match[1]!);
  expect(headings.sort()).toEqual([...operations.keys()].sort());
});

test("an operation's section and the common ones list exactly the codes that it may answer", async () => {
  const any_request = listedCodes(commonSection(ANY_REQUEST));
  const any_body = listedCodes(commonSection(ANY_BODY));
  expect(any_request.length).toBeGreaterThan(0);
  expect(any_body.length).toBeGreaterThan(0);
  for (const [name, operation] of await describedOperations()) {
    const own = listedCodes(sectionOf(name));
    const common = operation.requestBody === undefined ? any_request : [...any_request, ...any_body];
    const described = describedCodes(operation);
    expect([name, described.filter((code) => ![...own, ...common].includes(code))]).toEqual([name, []]);
    expect([name, own.filter((code) => !described.includes(code))]).toEqual([name, []]);
  }
});

test("the table of who may call lists every operation, with the roles that it declares", async () => {
  const rows = [...PAGE.matchAll(/^\| `((?:GET|POST|PUT|DELETE) \S+)` \| (.*) \|$/gm)];
  const listed = rows.map(([, name, cells]) => [name, cells!.split("|").map((cell) => cell.trim())]);
  const declared = [...(await describedOperations())].map(([name, { "x-roles": roles }]) => {
    if (roles === "anyone") return [name, ["yes", "yes", "yes", "yes"]];
    const cell = (role: string, word: string) => (roles.includes(role) ? word : "");
    return [name, [cell("service", "yes"), cell("user", "own"), cell("operator", "yes"), ""]];
  });
  expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(declared));
});

test("every success status of an operation stands in its section", async () => {
  for (const [name, { responses }] of await describedOperations()) {
    const section = sectionOf(name);
    for (const status of Object.keys(responses).filter((each) => each.startsWith("2"))) {
      expect([name, section.includes(`**${status}**`)]).toEqual([name, true]);
    }
  }
});

test("every code that the protocol names is in the catalogue, under its status", () => {
  const named = [...PAGE.matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)].map((match) => match[1]!);
  expect(named.filter((name) => !Object.hasOwn(ERROR_CODES, name) && !VARIABLES.has(name))).toEqual([]);
  for (const pair of listedCodes(PAGE)) {
    const [status, code] = pair.split(" ");
    expect([code, Number(status)]).toEqual([code, HTTP_STATUS[code as ErrorCode]]);
  }
});

test("the waits of Retry-After are those that are sent", () => {
  const rows = [...commonSection("Retry-After").matchAll(/^\| `([A-Z_]+)` \| (\d+) \|$/gm)];
  const listed = rows.map(([, code, seconds]) => [code, Number(seconds)]);
  const sent = (Object.keys(ERROR_CODES) as ErrorCode[])
    .map((code) => [code, retryAfterSeconds(code)])
    .filter(([, seconds]) => seconds !== undefined);
  expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(sent));
});
