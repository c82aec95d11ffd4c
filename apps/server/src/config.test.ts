import { readFileSync } from "node:fs";
import { isAbsolute } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ConfigInvalid, readConfig, VARIABLE_NAMES, type Variables } from "./config.ts";

/** For each variable, values that it takes and values that it does not. */
const EXAMPLES: Record<(typeof VARIABLE_NAMES)[number], { right: string[]; wrong: string[] }> = {
  HOST: {
    right: ["127.0.0.1", "127.8.9.10", "::1", "localhost"],
    wrong: ["[::1]", "a b", "-a", "a..b", "127.0.0.1:80", "a.", "*", `${"a".repeat(64)}.b`],
  },
  PORT: {
    right: ["0", "3000", "65535"],
    wrong: ["65536", "-1", "3000a", "3e3", "0x10", " 3000", "3000\n", "٣"],
  },
  LEDGER_API_KEYS: { right: ["keys", "/run/secrets/a b"], wrong: ["a\0b", "x".repeat(1025)] },
  RATE_LIMIT_SECONDS: { right: ["1", "86400"], wrong: ["0", "86401", "1m"] },
  RATE_LIMIT_REQUESTS: { right: ["1", "1000000000"], wrong: ["0", "1000000001", "1e3"] },
  RATE_LIMIT_SERVICE_REQUESTS: { right: ["1", "1000000000"], wrong: ["0", "1000000001", "all"] },
  LOG_ROOT: { right: ["logs", "/var/ledger", "a b"], wrong: ["a\0b", "x".repeat(1025)] },
  LOG_LEVEL: { right: ["info", "silent"], wrong: ["INFO", "verbose"] },
  SESSION_TIMEOUT_SECONDS: { right: ["0", "1800"], wrong: ["1.5", "30m", "31536001"] },
  SESSION_ID_PREFIX: { right: ["sess_", "a-b"], wrong: ["../", "a.b", "x".repeat(65), "é"] },
  A3CP_COMPATIBILITY: { right: ["strict", "lenient"], wrong: ["Strict", "true"] },
  SSE_HEARTBEAT_SECONDS: { right: ["1", "3600"], wrong: ["0", "3601", "15s"] },
  SSE_STALL_SECONDS_MAX: { right: ["1", "3600"], wrong: ["0", "3601", "never"] },
  RECORD_ID_CACHE_BYTES: { right: ["0", "67108864"], wrong: ["-1", "1MiB", ""] },
  SESSION_BACKEND_CACHE_BYTES: { right: ["0", "134217728"], wrong: ["-1", "1MiB", ""] },
  SSE_TAILS_MAX: { right: ["1", "100000"], wrong: ["0", "100001", "-1"] },
  CHECKPOINT_BYTES: { right: ["4096", "33554432"], wrong: ["0", "4095", "1e6", "-1", ""] },
  CHECKPOINT_SECONDS: { right: ["1", "86400"], wrong: ["0", "86401", "1.5", ""] },
  DISK_FREE_BYTES_MIN: { right: ["0", "9007199254740991"], wrong: ["9007199254740992", "64MiB", "-0"] },
  SHUTDOWN_SECONDS_MAX: { right: ["1", "600"], wrong: ["0", "601", "Infinity"] },
  CONNECTIONS_MAX: { right: ["1", "100000"], wrong: ["0", "NaN"] },
  REQUEST_SECONDS_MAX: { right: ["1"], wrong: ["0", "+5"] },
  KEEP_ALIVE_SECONDS_MAX: { right: ["5"], wrong: ["05"] },
};

function mistakesOf(variables: Variables): readonly string[] {
  try {
    readConfig(variables);
    return [];
  } catch (error) {
    if (error instanceof ConfigInvalid) return error.mistakes;
    throw error;
  }
}

const anyEnvironment = fc.record(
  Object.fromEntries(
    VARIABLE_NAMES.map((name) => {
      const { right, wrong } = EXAMPLES[name];
      const choices = [...right.map((value) => ({ value, wrong: false }))];
      const mistakes = [...wrong, ""].map((value) => ({ value, wrong: true }));
      return [name, fc.option(fc.constantFrom(...choices, ...mistakes), { nil: undefined })];
    }),
  ),
);

describe("the configuration", () => {
  test("of an empty environment is the documented default, on loopback", () => {
    const { log_root, ...config } = readConfig({});
    expect(isAbsolute(log_root) && log_root.endsWith("/logs")).toBe(true);
    expect(config).toEqual({
      host: "127.0.0.1",
      port: 3000,
      rate_limit_seconds: 60,
      rate_limit_requests: 1200,
      rate_limit_service_requests: 600_000,
      log_level: "info",
      session_timeout_seconds: 0,
      record_id_cache_bytes: 67_108_864,
      session_backend_cache_bytes: 134_217_728,
      session_id_prefix: "sess_",
      a3cp_compatibility: "strict",
      sse_heartbeat_seconds: 15,
      sse_stall_seconds_max: 30,
      sse_tails_max: 200,
      checkpoint_bytes: 33_554_432,
      checkpoint_seconds: 30,
      disk_free_bytes_min: 67_108_864,
      shutdown_seconds_max: 10,
      connections_max: 1000,
      request_seconds_max: 30,
      keep_alive_seconds_max: 5,
    });
  });

  test("starts with any environment, or is refused with every mistake named and no other", () => {
    fc.assert(
      fc.property(anyEnvironment, (choices) => {
        const wrong = VARIABLE_NAMES.filter((name) => choices[name]?.wrong);
        const variables = Object.fromEntries(VARIABLE_NAMES.map((name) => [name, choices[name]?.value]));
        expect(mistakesOf(variables).map((mistake) => mistake.split(" ")[0])).toEqual(wrong);
      }),
    );
  });

  test("lets others in only where keys are named, whatever else is wrong", () => {
    const anyOpenHost = fc.constantFrom(
      "0.0.0.0",
      "::",
      "192.168.0.1",
      "ledger.example",
      "127.0.0.1.example",
      "127.1",
      "128.0.0.1",
    );
    const anyPort = fc.constantFrom(...EXAMPLES.PORT.right, ...EXAMPLES.PORT.wrong);
    fc.assert(
      fc.property(anyOpenHost, anyPort, (HOST, PORT) => {
        const about = (variables: Variables) => mistakesOf(variables).map((mistake) => mistake.split(" ")[0]);
        const port = EXAMPLES.PORT.wrong.includes(PORT) ? ["PORT"] : [];
        expect(about({ HOST, PORT })).toEqual(["HOST", ...port]);
        expect(about({ HOST, PORT, LEDGER_API_KEYS: "keys" })).toEqual(port);
      }),
    );
  });

  test("is refused or taken for any text at all, never with another error, in one line a mistake", () => {
    const anyTexts = fc.dictionary(fc.constantFrom(...VARIABLE_NAMES), fc.string({ unit: "binary" }), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(anyTexts, (variables) => {
        for (const mistake of mistakesOf(variables)) expect(mistake).not.toMatch(/[\n\r]/);
      }),
    );
  });

  test("reads a number as what it says, never as the default", () => {
    const anyPort = fc.integer({ min: 0, max: 65_535 });
    fc.assert(fc.property(anyPort, (port) => readConfig({ PORT: String(port) }).port === port));
  });

  test("shows only the beginning of a long wrong value", () => {
    const [mistake = ""] = mistakesOf({ PORT: "9".repeat(10_000) });
    expect(mistake).toContain("and so on");
    expect(mistake.length).toBeLessThan(200);
  });

  test("is what .env.example shows: every variable, at its default, or as a comment if it has none", () => {
    const text = readFileSync(new URL("../../../.env.example", import.meta.url), "utf8");
    const lines = [...text.matchAll(/^(#?)([A-Z0-9_]+)=(.*)$/gm)];
    expect(lines.map(([, , name]) => name)).toEqual(VARIABLE_NAMES);
    const shown = lines.filter(([, comment]) => comment === "").map(([, , name, value]) => [name, value]);
    const config = readConfig({});
    expect(readConfig(Object.fromEntries(shown))).toEqual(config);
    expect(shown.map(([name]) => name!.toLowerCase()).toSorted()).toEqual(Object.keys(config).toSorted());
  });
});
