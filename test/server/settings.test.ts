import { hash } from "node:crypto";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigInvalid, readSettings } from "@session-ledger/server";
import fc from "fast-check";
import { expect, test } from "vitest";
import { tempRoot } from "../support/temp_root.ts";

/** The beginning of each mistake: the variable, and the line of the file if it is about one. */
function mistakesOf(variables: Readonly<Record<string, string>>): string[] {
  try {
    readSettings(variables);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    return error.mistakes.map((mistake) => /^[A-Z_]+(?: line \d+)?/.exec(mistake)?.[0] ?? mistake);
  }
}

test("any environment and any file of keys either start or are refused with every mistake of both", async () => {
  const folder = await tempRoot();
  const digest = (text: string) => hash("sha256", text, "hex");
  const files = {
    keys: { text: `${digest("a")} web service\n`, mistakes: [] },
    two_mistakes: {
      text: `x web service\n${digest("a")} web service\n${digest("b")} ops nobody\n`,
      mistakes: ["LEDGER_API_KEYS line 1", "LEDGER_API_KEYS line 3"],
    },
    empty: { text: "", mistakes: ["LEDGER_API_KEYS"] },
    missing: { text: undefined, mistakes: ["LEDGER_API_KEYS"] },
    "\0": { text: undefined, mistakes: ["LEDGER_API_KEYS"] },
  };
  for (const [name, { text }] of Object.entries(files)) {
    if (text !== undefined) await writeFile(join(folder, name), text, { mode: 0o600 });
  }
  const anyOf = <Value>(...values: Value[]) => fc.constantFrom(...values);
  const anyChoice = fc.record({
    host: anyOf("127.0.0.1", "0.0.0.0", "[::]"),
    port: anyOf("0", "no"),
    file: anyOf(undefined, ...(Object.keys(files) as (keyof typeof files)[])),
  });
  fc.assert(
    fc.property(anyChoice, ({ host, port, file }) => {
      const is_closed_host = host === "[::]" || (host === "0.0.0.0" && file === undefined);
      const expected = [
        ...(is_closed_host ? ["HOST"] : []),
        ...(port === "no" ? ["PORT"] : []),
        ...(file === undefined ? [] : files[file].mistakes),
      ];
      const keys = file === undefined ? {} : { LEDGER_API_KEYS: join(folder, file) };
      expect(mistakesOf({ HOST: host, PORT: port, ...keys })).toEqual(expected);
    }),
  );
});

test("without a file there are no keys, and with one there are those of the file", async () => {
  expect(readSettings({}).keys).toBeUndefined();
  const path = join(await tempRoot(), "keys");
  await writeFile(path, `${hash("sha256", "a", "hex")} web service\n`, { mode: 0o600 });
  const { config, keys } = readSettings({ LEDGER_API_KEYS: path });
  expect([config.ledger_api_keys, keys?.length]).toEqual([path, 1]);
});

test("a file of keys that others may write to is refused, one that others may read is not", async () => {
  const path = join(await tempRoot(), "keys");
  await writeFile(path, `${hash("sha256", "a", "hex")} web service\n`);
  for (const mode of [0o600, 0o644, 0o444]) {
    await chmod(path, mode);
    expect([mode, mistakesOf({ LEDGER_API_KEYS: path })]).toEqual([mode, []]);
  }
  for (const mode of [0o620, 0o602, 0o666]) {
    await chmod(path, mode);
    expect([mode, mistakesOf({ LEDGER_API_KEYS: path })]).toEqual([mode, ["LEDGER_API_KEYS"]]);
  }
});
