import type { LogName } from "@session-ledger/schema_recorder";
import {
  assertExactJson,
  ClientTimeSchema,
  EVENT_SCHEMAS,
  type EventToAppend,
  type JsonObject,
  JsonRefused,
  type KnownEventType,
  LINE_BYTES_MAX,
  SESSION_MANAGER_SOURCE,
} from "@session-ledger/session_contract";
import type { SessionStatus } from "@session-ledger/session_domain";
import type { SourceLine } from "../source_lines.ts";
import { Unmappable } from "../unmappable.ts";

/** Room on a line for all that the ledger adds to an event. */
export const ENVELOPE_BYTES_MAX = 1_024;

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The event to record for a line of an upstream log, given the state that the lines before it left.
 * @throws Unmappable
 */
export function mapUpstreamLine(line: SourceLine, log: LogName, status: SessionStatus): EventToAppend {
  const { recorded_at, event } = parseLine(line);
  const type = typeOf(event, status, line);
  const problem = firstIssue(EVENT_SCHEMAS[type].safeParse(event));
  if (problem !== undefined) throw new Unmappable(line.number, `not a ${type} event: ${problem}`);
  for (const key of ["user_id", "session_id"] as const) {
    if (event[key] !== log[key]) throw new Unmappable(line.number, `its ${key} is not that of the path`);
  }
  if (eventBytes(event) > LINE_BYTES_MAX - ENVELOPE_BYTES_MAX) {
    throw new Unmappable(line.number, "the event is too large for a line", "LINE_TOO_LONG");
  }
  return { type, cause: { trigger: "import" }, imported: { recorded_at, source_line: line.number }, event };
}

/** How many bytes an event takes on a line; U+2028 and U+2029 are written as escapes, twice as long. */
export function eventBytes(event: JsonObject): number {
  const text = JSON.stringify(event);
  return Buffer.byteLength(text) + 3 * (text.match(/[\u2028\u2029]/g)?.length ?? 0);
}

function parseLine({ number, bytes }: SourceLine): { recorded_at: string; event: JsonObject } {
  let value: unknown;
  try {
    value = JSON.parse(decode(number, bytes));
  } catch (error) {
    if (error instanceof Unmappable) throw error;
    throw new Unmappable(number, "not JSON, or cut off");
  }
  // A further key would be lost, so it is refused.
  if (!isObject(value) || Object.keys(value).toSorted().join() !== "event,recorded_at") {
    throw new Unmappable(number, "not an object of recorded_at and event, and nothing else");
  }
  const { recorded_at, event } = value;
  const problem = firstIssue(ClientTimeSchema.safeParse(recorded_at));
  if (problem !== undefined) throw new Unmappable(number, `recorded_at: ${problem}`);
  if (!isObject(event)) throw new Unmappable(number, "its event is not an object");
  return { recorded_at: recorded_at as string, event: assertHeldExactly(event, number) };
}

function assertHeldExactly(event: Record<string, unknown>, number: number): JsonObject {
  try {
    assertExactJson(event);
    return event;
  } catch (error) {
    if (error instanceof JsonRefused) throw new Unmappable(number, error.detail, error.code);
    throw error;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function decode(number: number, bytes: Buffer): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw new Unmappable(number, "not UTF-8");
  }
}

/** Upstream lines have no type: a boundary is told by its source and by the time that only it has. */
function typeOf(event: JsonObject, status: SessionStatus, line: SourceLine): KnownEventType {
  const is_boundary = event["source"] === SESSION_MANAGER_SOURCE;
  const is_start = is_boundary && Object.hasOwn(event, "start_time");
  const is_end = is_boundary && Object.hasOwn(event, "end_time");
  if (status === "none") {
    if (is_start) return "session.started";
    throw new Unmappable(line.number, "the first line is not a session's start");
  }
  if (is_start) return "session.start_repeated";
  if (status === "stopped") return "message.appended_late";
  return is_end ? "session.ended" : "message.appended";
}

interface Parsed {
  readonly error?: {
    readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
  };
}

function firstIssue(result: Parsed): string | undefined {
  const issue = result.error?.issues[0];
  if (issue === undefined) return undefined;
  return issue.path.length > 0 ? `${issue.path.join(".")}: ${issue.message}` : issue.message;
}
