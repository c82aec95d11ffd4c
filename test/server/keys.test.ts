import { hash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { type Answered, ask, post } from "../e2e/http_exchange.ts";
import { tempRoot } from "../support/temp_root.ts";
import { type ListeningServer, ServerProcess, startServer } from "./server_process.ts";

const START = "/session_manager/sessions.start";
const KEYS = { web: "service", "ada-phone": "user:ada", ops: "operator" };

/** The key of a name is the name itself, which no real key should be. */
function linesOf(roles: Readonly<Record<string, string>>): string {
  return Object.entries(roles)
    .map(([name, role]) => `${hash("sha256", name, "hex")} ${name} ${role}\n`)
    .join("");
}

function bearer(name: string) {
  return { authorization: `Bearer ${name}` };
}

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await tempRoot();
  path = join(folder, "keys");
  await writeFile(path, linesOf(KEYS), { mode: 0o600 });
});

async function start(variables: Readonly<Record<string, string>> = {}): Promise<ListeningServer> {
  const environment = { LOG_ROOT: join(folder, "logs"), LEDGER_API_KEYS: path, ...variables };
  const listening = await startServer(environment);
  onTestFinished(async () => void (await listening.server.kill()));
  return listening;
}

function code({ status, body }: Answered): unknown[] {
  return [status, body["code"]];
}

describe("a server with keys", () => {
  test("answers a key by its role, and no one without one but supervisors and readers of its pages", async () => {
    const { url } = await start();
    for (const open of ["/livez", "/readyz", "/openapi.json", "/docs/"]) {
      expect([open, (await ask(url, { path: open })).status]).toEqual([open, 200]);
    }
    expect(code(await ask(url, { path: "/metrics" }))).toEqual([401, "UNAUTHENTICATED"]);
    expect(code(await ask(url, { path: "/metrics", headers: bearer("web") }))).toEqual([
      403,
      "FORBIDDEN_ROLE",
    ]);
    expect((await ask(url, { path: "/metrics", headers: bearer("ops") })).status).toBe(200);

    const ada = { user_id: "ada", performer_id: "carer-1" };
    expect(code(await post(url, START, ada))).toEqual([401, "UNAUTHENTICATED"]);
    expect(code(await post(url, START, ada, bearer("ops")))).toEqual([403, "FORBIDDEN_ROLE"]);
    expect(code(await post(url, START, { ...ada, user_id: "bob" }, bearer("ada-phone")))).toEqual([
      403,
      "FORBIDDEN_USER",
    ]);
    const started = await post(url, START, ada, bearer("ada-phone"));
    expect(started.status).toBe(200);
    const events = await ask(url, {
      path: `/session_manager/sessions/${started.body["session_id"]}/events`,
      headers: bearer("web"),
    });
    expect(events.body["events"]).toMatchObject([{ cause: { principal: "ada-phone" } }]);
  });

  test("may listen on every address, and answers under any host name", async () => {
    const { url } = await start({ HOST: "0.0.0.0" });
    const { port } = new URL(url);
    const headers = { ...bearer("web"), host: "ledger.example", origin: "https://page.example" };
    const answer = await ask(`http://127.0.0.1:${port}`, { path: "/session_manager/sessions", headers });
    expect(answer.status).toBe(200);
  });

  test("takes the keys anew on SIGHUP, and keeps those it has if there is a mistake", async () => {
    const { server, url } = await start();
    const list = async (name: string) =>
      (await ask(url, { path: "/session_manager/sessions", headers: bearer(name) })).status;
    await writeFile(path, linesOf({ newer: "service", web: "nobody" }));
    server.signal("SIGHUP");
    expect(await server.logged("the keys stay as they were")).toMatchObject({
      mistakes: [expect.any(String)],
    });
    expect([await list("web"), await list("newer")]).toEqual([200, 401]);

    await writeFile(path, linesOf({ newer: "service" }));
    server.signal("SIGHUP");
    expect(await server.logged("the keys were read anew")).toMatchObject({ keys: 1 });
    expect([await list("web"), await list("newer")]).toEqual([401, 200]);
    expect((await server.stop()).code).toBe(0);
  });

  test("does not start with a mistake in its keys, and tells each with its line and without the line's words", async () => {
    await writeFile(path, `a-secret web service\n${linesOf({ ops: "root" })}`);
    const { code, stderr } = await new ServerProcess({ LEDGER_API_KEYS: path, PORT: "x" }).exited;
    expect(code).toBe(2);
    expect(stderr.trimEnd().split("\n")).toEqual([
      expect.stringContaining("PORT"),
      expect.stringContaining("LEDGER_API_KEYS line 1"),
      expect.stringContaining("LEDGER_API_KEYS line 2"),
    ]);
    expect(stderr).not.toContain("a-secret");
  });
});
