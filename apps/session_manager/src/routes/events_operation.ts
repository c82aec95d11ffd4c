import {
  ABOUT_HEADERS,
  chooseMediaType,
  EVENT_STREAM_MEDIA_TYPE,
  EventStream,
  InputInvalid,
  LOG_ERRORS,
  lastEventId,
  type Operation,
  onlyUserOf,
  PacedResponse,
  SEQ_TEXT,
  setSeqTag,
  validated,
} from "@session-ledger/http_api";
import type { SessionEntry } from "@session-ledger/schema_recorder";
import { EventsPageSchema } from "@session-ledger/session_contract";
import type { Request, Response } from "express";
import { z } from "zod";
import type { LiveTails } from "../live_tails.ts";
import type { SessionManagerConfig } from "../models.ts";
import type { LinePage, SessionHistory } from "../session_history.ts";
import type { SessionLookups } from "../session_lookups.ts";
import * as examples from "./examples.ts";
import { IncludeDeletedSchema, LimitSchema, limitOf, SessionPathSchema } from "./query_fields.ts";

const JSON_MEDIA_TYPE = "application/json";
const LINES_MEDIA_TYPE = "application/x-ndjson";

const EventsQuerySchema = z.strictObject({
  after: z
    .string()
    .regex(SEQ_TEXT, "must be a line's number, or 0")
    .optional()
    .meta({ description: "Only lines after this one, by default all." }),
  limit: LimitSchema.optional(),
  include_deleted: IncludeDeletedSchema.optional(),
});

const EventsHeadersSchema = z.object({
  "last-event-id": z
    .string()
    .regex(SEQ_TEXT)
    .optional()
    .meta({ description: "Resumes a live tail after this event. It comes before `after`." }),
});

export interface EventsParts {
  readonly lookups: SessionLookups;
  readonly history: SessionHistory;
  readonly tails: LiveTails;
  readonly config: Pick<SessionManagerConfig, "sse_stall_seconds_max">;
}

/** What of a session's lines is asked for. */
interface Asked {
  readonly entry: SessionEntry;
  readonly after: number;
  readonly limit: number | undefined;
}

/** The lines of one session: a page of them, all of them as they stand in the log, or a live tail. */
export function eventsOperation(parts: EventsParts): Operation {
  const { lookups } = parts;
  return {
    method: "get",
    path: "/session_manager/sessions/{session_id}/events",
    operation_id: "read_session_events",
    roles: ["service", "user", "operator"],
    summary: "The lines of a session's log",
    description:
      "As a page of JSON; as `application/x-ndjson`, the lines as they stand in the log; as `text/event-stream`, a live tail that ends with the session.",
    path_params: SessionPathSchema,
    query: EventsQuerySchema,
    headers: EventsHeadersSchema,
    responses: {
      200: {
        description: "The lines.",
        schema: EventsPageSchema,
        example: examples.EVENTS_PAGE,
        headers: ABOUT_HEADERS,
        alternatives: {
          [LINES_MEDIA_TYPE]: { schema: z.string(), example: examples.EVENT_LINES },
          [EVENT_STREAM_MEDIA_TYPE]: { schema: z.string(), example: examples.EVENT_STREAM },
        },
      },
    },
    errors: ["SESSION_NOT_FOUND", "NOT_ACCEPTABLE", ...LOG_ERRORS, "STORE_UNAVAILABLE", "TAILS_EXHAUSTED"],
    handle: async (request, response, { caller }) => {
      const { session_id } = validated(SessionPathSchema, request.params);
      const query = validated(EventsQuerySchema, request.query);
      const media_type = chooseMediaType(request, response, [
        JSON_MEDIA_TYPE,
        LINES_MEDIA_TYPE,
        EVENT_STREAM_MEDIA_TYPE,
      ]);
      const after = query.after === undefined ? 0 : Number(query.after);
      const limit = query.limit === undefined ? undefined : Number(query.limit);
      const resumed_after = media_type === EVENT_STREAM_MEDIA_TYPE ? resumption(request, limit) : undefined;
      const entry = await lookups.entry(session_id, {
        include_deleted: query.include_deleted === "true",
        only_user: onlyUserOf(caller),
      });
      setSeqTag(response, entry.state.seq);
      const asked = { entry, after: resumed_after ?? after, limit };
      if (media_type === EVENT_STREAM_MEDIA_TYPE) await sendTail(parts, asked, request, response);
      else if (media_type === LINES_MEDIA_TYPE) await sendLines(parts, asked, request, response);
      else sendPage(response, await parts.history.page(entry, { after, limit: limitOf(query.limit) }));
    },
  };
}

/** Where a tail resumes, if it does. A tail gives every line, so it takes no limit. */
function resumption(request: Request, limit: number | undefined): number | undefined {
  if (limit !== undefined)
    throw new InputInvalid({ path: "limit", message: "is not allowed for a live tail" });
  return lastEventId(request);
}

/** The lines go into the page as they stand in the log: they are JSON. */
function sendPage(response: Response, { lines, next_after }: LinePage): void {
  const events = lines.flatMap((line, index) => (index === 0 ? [line] : [Buffer.from(","), line]));
  const bytes = Buffer.concat([
    Buffer.from('{"events":['),
    ...events,
    Buffer.from(`],"next_after":${next_after}}`),
  ]);
  response.writeHead(200, {
    "Content-Type": `${JSON_MEDIA_TYPE}; charset=utf-8`,
    "Content-Length": bytes.length,
  });
  response.end(bytes);
}

async function sendLines(
  { history, config }: EventsParts,
  { entry, after, limit = Number.POSITIVE_INFINITY }: Asked,
  request: Request,
  response: Response,
): Promise<void> {
  const groups = history.raw(entry, { after, limit })[Symbol.asyncIterator]();
  try {
    // A log that cannot be opened is told as a problem, so the answer begins with its first lines.
    let group = request.method === "HEAD" ? undefined : await groups.next();
    response.writeHead(200, { "Content-Type": LINES_MEDIA_TYPE });
    const paced = new PacedResponse(response, config.sse_stall_seconds_max * 1_000);
    for (; group?.done === false && !paced.closed.aborted; group = await groups.next()) {
      await paced.write(group.value.bytes);
    }
    paced.end();
  } finally {
    await groups.return?.();
  }
}

async function sendTail(
  { tails, config }: EventsParts,
  { entry, after }: Asked,
  request: Request,
  response: Response,
): Promise<void> {
  if (after > entry.state.seq) {
    throw new InputInvalid({ path: "after", message: "is beyond the session's last line" });
  }
  const open = () => new EventStream(response, config.sse_stall_seconds_max * 1_000);
  if (request.method === "HEAD") open().end();
  else await tails.follow({ entry, after, open });
}
