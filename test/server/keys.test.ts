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

  test("tells anyone how the session backend is, however often", async () => {
    const { url } = await start({ RATE_LIMIT_REQUESTS: "1" });
    const health = "/session_backend/health";
    for (const path of [health, `${health}/live`, `${health}/ready`, `${health}/db`]) {
      for (const headers of [{}, bearer("unknown"), bearer("ada-phone")]) {
        expect([path, (await ask(url, { path, headers })).status]).toEqual([path, 200]);
      }
    }
    const metrics = async () => (await ask(url, { path: `${health}/metrics` })).status;
    expect([await metrics(), await metrics()]).toEqual([200, 429]);
  });

  test("lets an operator read what users have, and do what operators do, and nothing else", async () => {
    const { url } = await start();
    const anonymous = "/api/v1/sessions/00000000-0000-4000-8000-000000000000";
    const backend = "/session_backend/api/v1/sessions";
    const agents = `${backend}/s-1/agents`;
    const messages = `${agents}/a/messages`;
    const session = "/session_manager/sessions/sess_0000000000000000";
    /** What an operator's key and a service's are answered to requests about what does not exist. */
    const answers = {
      "GET /session_manager/sessions": [200, 200],
      [`GET ${session}`]: [404, 404],
      [`GET ${session}/audit`]: [404, 404],
      [`GET ${session}/events`]: [404, 404],
      "POST /session_manager/sessions.start": [403, 400],
      "POST /session_manager/sessions.end": [403, 400],
      "POST /session_manager/sessions.pause": [403, 400],
      "POST /session_manager/sessions.resume": [403, 400],
      "POST /session_manager/sessions.delete": [403, 400],
      "POST /session_manager/sessions.validate": [403, 400],
      "POST /schema-recorder/append": [403, 422],
      "POST /session_manager/sessions.archive": [400, 403],
      "POST /session_manager/sessions.restore": [400, 403],
      "POST /session_manager/sessions.erase": [400, 403],
      "POST /api/v1/sessions": [403, 422],
      [`GET ${anonymous}`]: [403, 404],
      [`DELETE ${anonymous}`]: [403, 404],
      [`GET ${backend}`]: [200, 200],
      [`POST ${backend}`]: [403, 422],
      [`GET ${backend}/s-1`]: [404, 404],
      [`PUT ${backend}/s-1`]: [403, 422],
      [`DELETE ${backend}/s-1`]: [403, 404],
      [`GET ${agents}`]: [404, 404],
      [`POST ${agents}`]: [403, 422],
      [`GET ${agents}/a`]: [404, 404],
      [`PUT ${agents}/a`]: [403, 422],
      [`DELETE ${agents}/a`]: [403, 404],
      [`GET ${messages}`]: [404, 404],
      [`POST ${messages}`]: [403, 422],
      [`GET ${messages}/1`]: [404, 404],
      [`PUT ${messages}/1`]: [403, 422],
      [`DELETE ${messages}/1`]: [403, 404],
    };
    const statuses: Record<string, number[]> = {};
    for (const request of Object.keys(answers)) {
      const [method, path] = request.split(" ") as [string, string];
      const sent = method === "GET" || method === "DELETE" ? {} : { body: '{"of":"no form"}' };
      const headers = { "content-type": "application/json" };
      const status = async (key: string) =>
        (await ask(url, { method, path, headers: { ...headers, ...bearer(key) }, ...sent })).status;
      statuses[request] = [await status("ops"), await status("web")];
    }
    expect(statuses).toEqual(answers);
  });
});
