import { resolve } from "node:path";
import { z } from "zod";
import { isLoopback } from "./loopback.ts";

/** What a mistake shows of a wrong value: enough to recognise it. */
const VALUE_CHARACTERS_SHOWN_MAX = 64;

/**
 * Every variable that the server reads, with its form and its default. A variable that is set to nothing is a
 * mistake, never the default.
 */
const VARIABLES = {
  /** Anything but loopback is refused, because no authentication stands before the faces. */
  HOST: z
    .string()
    .refine(
      isLoopback,
      "must be a loopback address (127.x.x.x, ::1 or localhost): there is no authentication",
    )
    .default("127.0.0.1"),
  /** 0 takes any free port. */
  PORT: wholeNumber(0, 65_535).default(3000),
  /** Relative to the working directory. */
  LOG_ROOT: z
    .string()
    .regex(/^[^\0]{1,1024}$/u, "must be a path of 1 to 1024 characters")
    .default("logs"),
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
  /** With less free space than this, the store takes no appends. */
  DISK_FREE_BYTES_MIN: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(64 * 1024 * 1024),
  /** A journal segment of this size is made durable in the logs, and removed. */
  CHECKPOINT_BYTES: wholeNumber(4096, 1024 * 1024 * 1024).default(32 * 1024 * 1024),
  /** So is a segment of this age. */
  CHECKPOINT_SECONDS: wholeNumber(1, 86_400).default(30),
  /** How long a stop may take before it is forced. */
  SHUTDOWN_SECONDS_MAX: wholeNumber(1, 600).default(10),
  /** Further connections are closed unanswered. */
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
 * Reads the configuration, with an absolute `log_root`. It is called once; nothing reads the environment later.
 * @throws ConfigInvalid with every mistake at once
 */
export function readConfig(variables: Variables): ServerConfig {
  const parsed = EnvironmentSchema.safeParse(
    Object.fromEntries(VARIABLE_NAMES.map((name) => [name, variables[name]])),
  );
  if (!parsed.success) {
    throw new ConfigInvalid(parsed.error.issues.map((issue) => describeMistake(issue, variables)));
  }
  const values = Object.entries({ ...parsed.data, LOG_ROOT: resolve(parsed.data.LOG_ROOT) });
  return Object.fromEntries(values.map(([name, value]) => [name.toLowerCase(), value])) as ServerConfig;
}

function describeMistake(issue: z.core.$ZodIssue, variables: Variables): string {
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
