import { hash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Caller } from "@session-ledger/http_api";
import type { ApiKey } from "./api_keys.ts";

/** RFC 6750, section 2.1. A longer key than this is none. */
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]{1,512}=*)$/i;

const NO_KEY: Caller = { role: "stranger", showed_key: false };
const UNKNOWN_KEY: Caller = { role: "stranger", showed_key: true };

/** What an unknown key is compared with, so that it takes as long as a known one. */
const NO_DIGEST = Buffer.alloc(32);

/** Where a request keeps its caller once it is known, so that the key is hashed once. */
const CALLER = Symbol("caller");
type Identified = IncomingMessage & { [CALLER]?: Caller };

interface HeldKey {
  readonly digest: Buffer;
  readonly caller: Caller;
}

/**
 * The keys that are known now. A key is found by its SHA-256, and then compared in constant time: how long either
 * takes tells nothing of a key, since nobody can choose what a key's SHA-256 begins with.
 */
export class KeyRing {
  #keys: ReadonlyMap<string, HeldKey> = new Map();

  constructor(keys: readonly ApiKey[]) {
    this.replace(keys);
  }

  /** From here on these keys are known, and no others. */
  replace(keys: readonly ApiKey[]): void {
    this.#keys = new Map(
      keys.map(({ sha256, caller }) => [sha256, { digest: Buffer.from(sha256, "hex"), caller }]),
    );
  }

  /** Whose key a request shows; it stays the same for the whole request. */
  callerOf(request: IncomingMessage): Caller {
    const identified: Identified = request;
    identified[CALLER] ??= this.#identify(request.headers.authorization);
    return identified[CALLER];
  }

  #identify(authorization: string | undefined): Caller {
    if (authorization === undefined) return NO_KEY;
    const key = BEARER.exec(authorization)?.[1];
    if (key === undefined) return UNKNOWN_KEY;
    const digest = hash("sha256", key, "buffer");
    const held = this.#keys.get(digest.toString("hex"));
    const is_held = timingSafeEqual(digest, held?.digest ?? NO_DIGEST);
    return is_held && held !== undefined ? held.caller : UNKNOWN_KEY;
  }
}
