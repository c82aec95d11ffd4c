// The file of API keys: a line each, `<sha256> <name> <role>`, blanks between; blank lines and lines that begin with
// `#` are passed over. A key itself stands nowhere. Its SHA-256 needs no salt, since a key is random and not a word.
import { readFileSync, statSync } from "node:fs";
import type { Caller } from "@session-ledger/http_api";
import { UserIdSchema } from "@session-ledger/session_contract";

/** How large the file may be: room for a key of each of 100,000 users. */
const KEY_FILE_BYTES_MAX = 16 * 1024 * 1024;

/** How many mistakes of one file are told. */
const MISTAKES_MAX = 20;

/** Whoever can write to the file can let anyone in. */
const WRITABLE_BY_OTHERS = 0o022;

const SHA256 = /^[0-9a-f]{64}$/;
const KEY_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const USER_ROLE = "user:";

/** A key that is known: the SHA-256 of it, and whose it is. */
export interface ApiKey {
  readonly sha256: string;
  readonly caller: Caller & { readonly principal: string };
}

/** A file of keys that is not taken: one sentence for each mistake, none of which repeats what the file holds. */
export class ApiKeysInvalid extends Error {
  override name = "ApiKeysInvalid";
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[], cause?: unknown) {
    super(mistakes.join("\n"), { cause });
    this.mistakes = mistakes;
  }
}

/**
 * Reads the keys of a file.
 * @throws ApiKeysInvalid for a file that cannot be read, that others may write to, or that holds a mistake
 */
export function readApiKeys(path: string): readonly ApiKey[] {
  return parseApiKeys(readKeyFile(path));
}

function readKeyFile(path: string): string {
  try {
    const { mode, size } = statSync(path);
    if ((mode & WRITABLE_BY_OTHERS) !== 0) {
      throw new ApiKeysInvalid(["must be writable by its owner alone (chmod go-w)."]);
    }
    if (size > KEY_FILE_BYTES_MAX) {
      throw new ApiKeysInvalid([`must have at most ${KEY_FILE_BYTES_MAX} bytes.`]);
    }
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof ApiKeysInvalid) throw error;
    const { code = "error" } = error as NodeJS.ErrnoException;
    throw new ApiKeysInvalid([`cannot be read (${code}).`], error);
  }
}

/** @throws ApiKeysInvalid */
export function parseApiKeys(text: string): readonly ApiKey[] {
  const keys: ApiKey[] = [];
  const mistakes: string[] = [];
  const role_of_name = new Map<string, string>();
  const digests = new Set<string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const words = line.split(/[ \t]+/).filter((word) => word !== "");
    if (words.length === 0 || words[0]!.startsWith("#")) continue;
    const key = toKey(words);
    const role = words[2]!;
    const at = `line ${index + 1}`;
    if (typeof key === "string") mistakes.push(`${at} ${key}.`);
    else if (digests.has(key.sha256)) mistakes.push(`${at} has the key of a line above.`);
    else if ((role_of_name.get(key.caller.principal) ?? role) !== role) {
      mistakes.push(`${at} gives the name of a line above another role.`);
    } else {
      digests.add(key.sha256);
      role_of_name.set(key.caller.principal, role);
      keys.push(key);
    }
  }
  if (mistakes.length > 0) throw new ApiKeysInvalid(mistakes.slice(0, MISTAKES_MAX));
  if (keys.length === 0) throw new ApiKeysInvalid(["must hold a key."]);
  return keys;
}

/** The key that the words of a line name, or what is wrong with them. */
function toKey(words: readonly string[]): ApiKey | string {
  const [sha256 = "", name = "", role = ""] = words;
  if (words.length !== 3) return "must be a SHA-256, a name and a role";
  if (!SHA256.test(sha256)) return "must begin with a SHA-256 in 64 lower-case hex digits";
  if (!KEY_NAME.test(name)) return "must have a name of 1 to 64 of A-Z a-z 0-9 . _ -";
  const caller = toCaller(name, role);
  return caller === undefined ? "must have the role service, operator or user:<user_id>" : { sha256, caller };
}

function toCaller(principal: string, role: string): ApiKey["caller"] | undefined {
  if (role === "service" || role === "operator") return { role, principal };
  if (!role.startsWith(USER_ROLE)) return undefined;
  const user_id = UserIdSchema.safeParse(role.slice(USER_ROLE.length));
  return user_id.success ? { role: "user", principal, user_id: user_id.data } : undefined;
}
