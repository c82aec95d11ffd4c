import { hash, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createLedgerClient } from "@session-ledger/session_client";
import { expect, onTestFinished, test } from "vitest";
import { LedgerUnderTest } from "../e2e/ledger_under_test.ts";
import { tempRoot } from "../support/temp_root.ts";

test("a client's key opens what its role may do, and nothing else", async () => {
  const file = join(await tempRoot(), "keys");
  const key = randomBytes(32).toString("base64url");
  await writeFile(file, `${hash("sha256", key, "hex")} phone user:ada\n`, { mode: 0o600 });
  const ledger = await LedgerUnderTest.started({ LEDGER_API_KEYS: file });
  onTestFinished(() => ledger.remove());
  const { url } = ledger;

  const input = { user_id: "ada", performer_id: "carer-1" };
  await expect(createLedgerClient({ url }).session_manager.start(input)).rejects.toMatchObject({
    status: 401,
  });
  const { session_manager } = createLedgerClient({ url, api_key: key });
  const { session_id } = await session_manager.start(input);
  expect((await session_manager.lookUp(session_id)).session.user_id).toBe("ada");
  await expect(session_manager.start({ ...input, user_id: "lin" })).rejects.toMatchObject({
    code: "FORBIDDEN_USER",
  });
});
