import { isIP } from "node:net";
import { resolve } from "node:path";
import { z } from "zod";
import { isLoopback } from "./loopback.ts";

/** RFC 1123, without a dot at the end. */
const HOST_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;

/** What a mistake shows of a wrong value: enough to recognise it. */
const VALUE_CHARACTERS_SHOWN_MAX = 64;

/** A path of the machine. */
export const PathSchema = z.string().regex(/^[^\0]{1,1024}$/u, "must be a path of 1 to 1024 characters");

/**
 * Every variable that the server reads, with its form and its default. A variable that is set to nothing is a
 * mistake, never the default.
 */
const VARIABLES = {
  /** Anything but loopback asks for keys. */
  HOST: z.string().refine(isHost, "must be an address or a host name").default("127.0.0.1"),
  /** 0 takes any free port. */
  PORT: wholeNumber(0, 65_535).default(3000),
  /** The file of API keys, relative to the working directory. Absent: there are none. */
  LEDGER_API_KEYS: PathSchema.optional(),
  /** The window of time in which requests are counted, while there are keys. */
  RATE_LIMIT_SECONDS: wholeNumber(1, 86_400).default(60),
  /** How many requests a user's key, or an address without a key, has in a window. */
  RATE_LIMIT_REQUESTS: wholeNumber(1, 1_000_000_000).default(1200),
  /** How many a service's or an operator's key has. */
  RATE_LIMIT_SERVICE_REQUESTS: wholeNumber(1, 1_000_000_000).default(600_000),
  /** Relative to the working directory. */
  LOG_ROOT: PathSchema.default("logs"),
  LOG_LEVEL: oneOf("fatal", "error", "warn", "info", "debug", "trace", "silent").default("info"),
  /** A session that was idle for longer is ended by the system. 0 ends none. At most a year. */
  SESSION_TIMEOUT_SECONDS: wholeNumber(0, 31_536_000).default(0),
  SESSION_ID_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/, "must be 1 to 64 of A-Z a-z 0-9 _ -")
    .default("sess_"),
  A3CP_COMPATIBILITY: oneOf("strict", "lenient").default("strict"),
  /** How often a live tail gives a sign of life. */
  SSE_HEARTBEAT_SECONDS: wholeNumber(1, 3600).default(15),
  /** A client of a stream that takes nothing for so long is cut off. */
  SSE_STALL_SECONDS_MAX: wholeNumber(1, 3600).default(30),
  /** Further live tails are refused. */
  SSE_TAILS_MAX: wholeNumber(1, 100_000).default(200),
  /** How much memory the `record_id`s of open sessions may take. */
  RECORD_ID_CACHE_BYTES: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(64 * 1024 * 1024),
  /** How much memory sessions of agents may take that nobody uses now. */
  SESSION_BACKEND_CACHE_BYTES: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(128 * 1024 * 1024),
  /** With less free space than this, the store takes no appends. */
  DISK_FREE_BYTES_MIN: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(64 * 1024 * 1024),
  /** A journal segment of this size is made durable in the logs, and removed. */
  CHECKPOINT_BYTES: wholeNumber(4096, 1024 * 1024 * 1024).default(32 * 1024 * 1024),
  /** So is a segment of this age. */
  CHECKPOINT_SECONDS: wholeNumber(1, 86_400).default(30),
  /** How long a stop may take before it is forced. */
  SHUTDOWN_SECONDS_MAX: wholeNumber(1, 600).default(10),
  /** A further connection takes the place of one that keeps the server waiting, or is closed. */
  CONNECTIONS_MAX: wholeNumber(1, 100_000).default(1000),
  /** How long a whole request may take to arrive. */
  REQUEST_SECONDS_MAX: wholeNumber(1, 600).default(30),
  /** How long an idle connection is kept for its client's next request. */
  KEEP_ALIVE_SECONDS_MAX: wholeNumber(1, 600).default(5),
};

const EnvironmentSchema = z.object(VARIABLES);
type Environment = z.infer<typeof EnvironmentSchema>;

/** The variables of a process, as `process.env` has them. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What the server was told at its start, each variable under its name in lower case. */
export type ServerConfig = { readonly [Name in keyof Environment as Lowercase<Name>]: Environment[Name] };

/** The names of every variable that the server reads. */
export const VARIABLE_NAMES = Object.keys(VARIABLES) as readonly (keyof Environment)[];

/** An environment that the server does not start with: one sentence for each mistake. */
export class ConfigInvalid extends Error {
  override name = "ConfigInvalid";
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(mistakes.join("\n"));
    this.mistakes = mistakes;
  }
}

/**
 * Reads the configuration, with absolute paths. It is called once; nothing reads the environment later.
 * @throws ConfigInvalid with every mistake at once
 */
export function readConfig(variables: Variables): ServerConfig {
  const parsed = EnvironmentSchema.safeParse(
    Object.fromEntries(VARIABLE_NAMES.map((name) => [name, variables[name]])),
  );
  const mistakes = [...openHostMistakes(variables), ...(parsed.error?.issues ?? [])];
  if (!parsed.success || mistakes.length > 0) {
    throw new ConfigInvalid(mistakes.map((mistake) => describeMistake(mistake, variables)));
  }
  const { LOG_ROOT, LEDGER_API_KEYS, ...rest } = parsed.data;
  const keys = LEDGER_API_KEYS === undefined ? {} : { LEDGER_API_KEYS: resolve(LEDGER_API_KEYS) };
  const values = Object.entries({ ...rest, ...keys, LOG_ROOT: resolve(LOG_ROOT) });
  return Object.fromEntries(values.map(([name, value]) => [name.toLowerCase(), value])) as ServerConfig;
}

/** What is wrong with a variable. A zod issue is one. */
type Mistake = Pick<z.core.$ZodIssue, "path" | "message">;

/** Without keys nobody may come in from elsewhere. It is told beside every other mistake, so it is no rule of zod's. */
function openHostMistakes({ HOST, LEDGER_API_KEYS }: Variables): Mistake[] {
  if (HOST === undefined || LEDGER_API_KEYS !== undefined || !isHost(HOST) || isLoopback(HOST)) return [];
  const message = "must be a loopback address (127.x.x.x, ::1 or localhost) while LEDGER_API_KEYS is not set";
  return [{ path: ["HOST"], message }];
}

function isHost(host: string): boolean {
  return isIP(host) !== 0 || HOST_NAME.test(host);
}

function describeMistake(issue: Mistake, variables: Variables): string {
  const name = String(issue.path[0]);
  const value = variables[name] ?? "";
  const shown = JSON.stringify(value.slice(0, VALUE_CHARACTERS_SHOWN_MAX));
  const cut = value.length > VALUE_CHARACTERS_SHOWN_MAX ? " and so on" : "";
  return `${name} ${issue.message}. It is ${value === "" ? "set to nothing" : shown + cut}.`;
}

function wholeNumber(min: number, max: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^(?:0|[1-9]\d{0,15})$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message);
}

function oneOf<const Values extends readonly [string, ...string[]]>(...values: Values) {
  return z.enum(values, `must be one of ${values.join(", ")}`);
}
