import { z } from "zod";
import type { JsonObject } from "./json.ts";
import { ServerTimeSchema } from "./time.ts";

/** The format of logs that this version writes. A first line without `format` is of format 1. */
export const LOG_FORMAT = 1;

export const SessionKindSchema = z.enum(["interaction", "execution", "anonymous", "agent", "conversation"]);
/** What a session is for. It stands on the first line; absent there, it is `interaction`. */
export type SessionKind = z.infer<typeof SessionKindSchema>;

/** Why an event came about: what set it off, on whose key, and the reason that was given. */
export const CauseSchema = z.object({
  trigger: z.enum(["user_action", "api_call", "system_timeout", "import", "operator"]),
  principal: z.string().optional(),
  reason: z.string().optional(),
});
export type Cause = z.infer<typeof CauseSchema>;

/** The client's own key of the request that caused an event, and the SHA-256 of that request's body. */
export const IdempotencySchema = z.object({
  key: z.string().regex(/^[!-~]{1,255}$/),
  body_sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Idempotency = z.infer<typeof IdempotencySchema>;

/**
 * Where an imported event stood before: upstream's `recorded_at`, and its line in the source file, from 1. A log
 * too long for one append says on its first line how many lines there are, so that a cut import can be finished.
 */
export const ImportedSchema = z.object({
  recorded_at: z.string(),
  source_line: z.int().min(1),
  source_lines: z.int().min(1).optional(),
});
export type Imported = z.infer<typeof ImportedSchema>;

const EVENT_TYPE = /^[a-z][a-z_]{0,63}\.[a-z][a-z_]{0,63}$/;
/** The type of an event: past tense, dotted. */
export const EventTypeSchema = z.string().regex(EVENT_TYPE);

/** Whether `type` may be the type of an event. */
export function isEventType(type: string): boolean {
  return EVENT_TYPE.test(type);
}

/**
 * One line of a session log (DESIGN section 5). The keys stand in this order on disk; the optional ones may be
 * absent. Unknown keys are kept and hashed, and ignored.
 */
export const LineSchema = z
  .looseObject({
    seq: z.int().min(1),
    recorded_at: ServerTimeSchema,
    type: EventTypeSchema,
    format: z.int().min(1).optional(),
    kind: SessionKindSchema.optional(),
    cause: CauseSchema.optional(),
    idempotency: IdempotencySchema.optional(),
    batch: z.tuple([z.int().min(1), z.int().min(2)]).optional(),
    imported: ImportedSchema.optional(),
    epoch: z.int().min(0).optional(),
    trace: z.string().optional(),
    event: z.record(z.string(), z.unknown()),
    hash: z.string().regex(/^[0-9a-f]{64}$/),
  })
  .meta({
    title: "Line",
    description: "One line of a session log. Unknown keys are kept, hashed and ignored.",
  });

/** The optional keys of a line, in the order in which they stand on disk. */
export const OPTIONAL_LINE_KEYS = [
  "format",
  "kind",
  "cause",
  "idempotency",
  "batch",
  "imported",
  "epoch",
  "trace",
] as const satisfies readonly (keyof z.infer<typeof LineSchema>)[];

/** An event about to be recorded: what the line says of it, before the recorder gives it `seq`, time and hash. */
export interface EventToAppend {
  readonly type: string;
  readonly kind?: SessionKind;
  readonly cause?: Cause;
  readonly idempotency?: Idempotency;
  readonly imported?: Imported;
  readonly epoch?: number;
  readonly trace?: string;
  readonly event: JsonObject;
}

/** A recorded event, without its place in the hash chain: what `evolve` folds. */
export interface RecordedEvent extends EventToAppend {
  readonly seq: number;
  readonly recorded_at: string;
  readonly format?: number;
  readonly batch?: readonly [number, number];
}

/** A line as it stands in a log. */
export interface Line extends RecordedEvent {
  readonly hash: string;
}
