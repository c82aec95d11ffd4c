// What a client tells of a person must stand nowhere: every byte that the server's process wrote is searched.
import { hash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { tracesOf } from "../recorder/traces.ts";
import {
  type ListeningServer,
  type ServerEnvironment,
  type ServerProcess,
  startServer,
} from "../server/server_process.ts";
import { tempRoot } from "../support/temp_root.ts";
import { ANONYMOUS } from "./anonymous_operations.ts";
import { type Answered, type Asked, ask } from "./http_exchange.ts";

/** Where the client calls from, in the one network in which every address of Linux is this machine's. */
const ADDRESS = "127.86.75.31";

/** The user's key, and the operator's. */
const USER_KEY = "telling-secret";
const OPERATOR_KEY = "upkeep";

/** All that a request may tell of who sends it. */
const TELLING_HEADERS = {
  Authorization: `Bearer ${USER_KEY}`,
  "User-Agent": "telling-agent/1.0",
  "X-Forwarded-For": "203.0.113.77",
  "X-Real-IP": "203.0.113.78",
  Forwarded: "for=203.0.113.79",
  Cookie: "session=telling-cookie",
  From: "telling-person@example.org",
  Referer: "https://telling-page.example.org/",
  "Accept-Language": "x-telling-language",
};

const TELLING = ["telling", "203.0.113", ...(process.platform === "linux" ? [ADDRESS] : [])];

const JSON_TYPE = { "Content-Type": "application/json" };

function askTelling(url: string, asked: Asked): Promise<Answered> {
  const from = process.platform === "linux" ? { from: ADDRESS } : {};
  return ask(url, { ...asked, ...from, headers: { ...TELLING_HEADERS, ...asked.headers } });
}

/** A server with keys, of which one tells whose it is. */
async function start(log_root: string, environment: ServerEnvironment): Promise<ListeningServer> {
  const keys = join(await tempRoot(), "keys");
  const digests = [USER_KEY, OPERATOR_KEY].map((key) => hash("sha256", key, "hex"));
  const lines = [`${digests[0]} telling-device user:telling-owner`, `${digests[1]} ops operator`];
  await writeFile(keys, `${lines.join("\n")}\n`, { mode: 0o600 });
  const listening = await startServer({ LOG_ROOT: log_root, LEDGER_API_KEYS: keys, ...environment });
  onTestFinished(async () => void (await listening.server.kill()));
  return listening;
}

/** Creates, reads and deletes, well and not, and gives the ids of the session that stays and of the one that goes. */
async function useAsPerson(url: string): Promise<readonly [kept: string, gone: string]> {
  const create = async (): Promise<string> => {
    const { body } = await askTelling(url, { method: "POST", path: `${ANONYMOUS}?user=telling-query` });
    return String(body["session_id"]);
  };
  const kept = await create();
  const gone = await create();
  const statuses: number[] = [];
  const use = async (asked: Asked): Promise<void> => {
    statuses.push((await askTelling(url, asked)).status);
  };
  await use({ path: `${ANONYMOUS}/${gone}?user=telling-query` });
  await use({ method: "DELETE", path: `${ANONYMOUS}/${gone}` });
  await use({ method: "DELETE", path: `${ANONYMOUS}/${gone}` });
  for (const body of ['{"user_id":"telling-user"}', '{"session_id":"telling-session"}', "telling"]) {
    await use({ method: "POST", path: ANONYMOUS, body, headers: JSON_TYPE });
  }
  await use({ method: "POST", path: ANONYMOUS, body: "telling", headers: { "Content-Type": "text/plain" } });
  expect(statuses).toEqual([200, 204, 404, 422, 422, 422, 415]);
  return [kept, gone];
}

/** Whatever the process has written so far that holds one of the texts. */
async function written(server: ServerProcess, url: string, log_root: string, texts: readonly string[]) {
  const headers = { Authorization: `Bearer ${OPERATOR_KEY}` };
  const { text: metrics } = await ask(url, { path: "/metrics", headers });
  expect(metrics).toContain(ANONYMOUS);
  const output = [...server.lines, ...metrics.split("\n")];
  const telling = output.filter((line) => texts.some((text) => line.includes(text)));
  return [...telling, ...(await tracesOf(log_root, texts))];
}

test("nothing that the server's process wrote tells of who used an anonymous session", async () => {
  const log_root = await tempRoot();
  const { server, url } = await start(log_root, { LOG_LEVEL: "trace" });
  const [kept, gone] = await useAsPerson(url);

  expect(await written(server, url, log_root, TELLING)).toEqual([]);
  expect(await tracesOf(log_root, [kept])).not.toEqual([]);
  expect(await tracesOf(log_root, [gone])).toEqual([]);
  const { stderr } = await server.stop();
  expect(stderr).toBe("");
  expect(server.lines.filter((line) => TELLING.some((text) => line.includes(text)))).toEqual([]);
  expect(await tracesOf(log_root, TELLING)).toEqual([]);
});

test("the server's log tells what happened to which session, and no more", async () => {
  const log_root = await tempRoot();
  const { server, url } = await start(log_root, {});
  const [kept, gone] = await useAsPerson(url);
  await server.stop();
  const told = server.lines
    .map((line) => JSON.parse(line))
    .filter(({ msg }) => /anonymous/.test(msg))
    .map(({ time, ...fields }) => fields);
  expect(told).toEqual([
    { level: "info", session_id: kept, msg: "an anonymous session was created" },
    { level: "info", session_id: gone, msg: "an anonymous session was created" },
    { level: "info", session_id: gone, msg: "an anonymous session was deleted" },
    {
      level: "warn",
      session_id: gone,
      code: "SESSION_NOT_FOUND",
      msg: "an anonymous session was not deleted",
    },
  ]);
});
