import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseApiKeys } from "@session-ledger/server";
import { expect, onTestFinished, test } from "vitest";
import { ask } from "../e2e/http_exchange.ts";
import { startServer } from "../server/server_process.ts";
import { tempRoot } from "../support/temp_root.ts";
import { fencesOf } from "./markdown.ts";
import { readPage } from "./repository_pages.ts";

const PAGE = readPage("docs/access.md");

test("the page's way to make a key makes one that the server knows, in a file that its owner alone reads", async () => {
  const folder = await tempRoot();
  const [making] = fencesOf(PAGE).filter(({ marks }) => marks.includes("run"));
  const { stdout } = await promisify(execFile)("sh", ["-ec", making!.text], { cwd: folder });
  const path = join(folder, "keys");
  expect((await stat(path)).mode & 0o777).toBe(0o600);

  const { server, url } = await startServer({ LOG_ROOT: join(folder, "logs"), LEDGER_API_KEYS: path });
  onTestFinished(async () => void (await server.kill()));
  const list = (key: string) =>
    ask(url, { path: "/session_manager/sessions", headers: { authorization: `Bearer ${key}` } });
  expect((await list(stdout.trim())).status).toBe(200);
  expect((await list("another")).status).toBe(401);
});

test("the page's file of keys is one that the server takes", () => {
  const [file] = fencesOf(PAGE).filter(({ info }) => info === "text");
  expect(parseApiKeys(file!.text).map(({ caller }) => caller.role)).toEqual(["service", "user", "operator"]);
});
