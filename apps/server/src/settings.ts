import { type ApiKey, ApiKeysInvalid, readApiKeys } from "./api_keys.ts";
import { ConfigInvalid, PathSchema, readConfig, type ServerConfig, type Variables } from "./config.ts";

/** What the server is told at its start: its environment, and the file that the environment names. */
export interface Settings {
  readonly config: ServerConfig;
  /** Absent: there are no keys. */
  readonly keys?: readonly ApiKey[];
}

/**
 * Reads the environment and the keys.
 * @throws ConfigInvalid with every mistake of both
 */
export function readSettings(variables: Variables): Settings {
  const mistakes: string[] = [];
  const config = attempt(() => readConfig(variables), mistakes);
  // A path that is none was told of already.
  const path = PathSchema.safeParse(variables["LEDGER_API_KEYS"]);
  const keys = path.success ? attempt(() => readApiKeys(path.data), mistakes) : undefined;
  if (config === undefined || mistakes.length > 0) throw new ConfigInvalid(mistakes);
  return keys === undefined ? { config } : { config, keys };
}

function attempt<Value>(read: () => Value, mistakes: string[]): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ConfigInvalid) mistakes.push(...error.mistakes);
    else if (error instanceof ApiKeysInvalid)
      mistakes.push(...error.mistakes.map((each) => `LEDGER_API_KEYS ${each}`));
    else throw error;
    return undefined;
  }
}
