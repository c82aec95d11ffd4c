import { hash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Caller } from "@session-ledger/http_api";
import { describe, expect, test } from "vitest";
import { parseApiKeys } from "./api_keys.ts";
import { KeyRing } from "./key_ring.ts";

const KEY = "sl_0123456789-_.~+/=";
const LINE = (key: string, name: string) => `${hash("sha256", key, "hex")} ${name} service\n`;

function callerOf(ring: KeyRing, authorization?: string): Caller {
  return ring.callerOf({ headers: { authorization } } as IncomingMessage);
}

describe("a ring of keys", () => {
  const ring = new KeyRing(parseApiKeys(LINE(KEY, "web") + LINE("other", "other")));

  test("knows a key by its SHA-256, however the scheme is written", () => {
    for (const scheme of ["Bearer ", "bearer ", "BEARER   "]) {
      expect(callerOf(ring, scheme + KEY)).toEqual({ role: "service", principal: "web" });
    }
    expect(callerOf(ring, "Bearer other")).toEqual({ role: "service", principal: "other" });
  });

  test("takes everything else for a stranger, and says whether a key was shown", () => {
    expect(callerOf(ring)).toEqual({ role: "stranger", showed_key: false });
    const wrong = [
      "",
      KEY,
      "Bearer",
      "Bearer ",
      `Basic ${KEY}`,
      `Bearer ${KEY}x`,
      `Bearer ${KEY.slice(1)}`,
      `Bearer ${KEY.toUpperCase()}`,
      `Bearer ${KEY} ${KEY}`,
      `Bearer ${hash("sha256", KEY, "hex")}`,
      `Bearer ${"a".repeat(513)}`,
    ];
    for (const authorization of wrong) {
      expect([authorization, callerOf(ring, authorization)]).toEqual([
        authorization,
        { role: "stranger", showed_key: true },
      ]);
    }
  });

  test("forgets a key that is replaced, but not within a request", () => {
    const changing = new KeyRing(parseApiKeys(LINE(KEY, "web")));
    const request = { headers: { authorization: `Bearer ${KEY}` } } as IncomingMessage;
    expect(changing.callerOf(request).principal).toBe("web");
    changing.replace(parseApiKeys(LINE("other", "other")));
    expect(changing.callerOf(request).principal).toBe("web");
    expect(callerOf(changing, `Bearer ${KEY}`).role).toBe("stranger");
    expect(callerOf(changing, "Bearer other").principal).toBe("other");
  });
});
