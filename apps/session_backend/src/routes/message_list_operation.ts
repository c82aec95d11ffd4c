import {
  ABOUT_HEADERS,
  decodeCursor,
  encodeCursor,
  InputInvalid,
  LOG_ERRORS,
  linkNextPage,
  NextLinkSchema,
  type Operation,
  sendList,
  validated,
} from "@session-ledger/http_api";
import { AgentMessageSchema, MessageIdSchema } from "@session-ledger/session_contract";
import { z } from "zod";
import type { SessionReads } from "../session_reads.ts";
import * as examples from "./examples.ts";
import { AgentPathSchema, pathOf } from "./inputs.ts";
import { type ListLimits, PageQuerySchema, pageFields, pageOf } from "./pages.ts";

const MessagePageQuerySchema = PageQuerySchema.extend({
  order: z
    .enum(["asc", "desc"])
    .optional()
    .meta({ description: "By the messages' numbers; by default `asc`." }),
  cursor: z.string().optional().meta({
    description:
      "The `next_cursor` of the page before, in place of `page`: it goes on behind that page's last message.",
  }),
});

const MessagePageSchema = z.strictObject({
  messages: z.array(AgentMessageSchema),
  ...pageFields,
  page: pageFields.page.nullable().meta({ description: "Null for a page that was asked for by its cursor." }),
  next_cursor: z.string().nullable().meta({ description: "Where the next page begins; null on the last." }),
});

/** The last message of the page before. */
const PlaceSchema = z.tuple([MessageIdSchema]);

/** The list of an agent's messages. */
export function messageListOperation(reads: SessionReads, limits: ListLimits): Operation {
  return {
    method: "get",
    path: "/sessions/{session_id}/agents/{agent_id}/messages",
    operation_id: "list_messages",
    roles: ["service", "user", "operator"],
    summary: "List the messages of an agent",
    description:
      "In the order of their numbers, page by page. A page past the end is empty. Behind a cursor come exactly the messages that follow, whatever is added meanwhile.",
    path_params: AgentPathSchema,
    query: MessagePageQuerySchema,
    responses: {
      200: {
        description: "A page of messages; `Link` with `rel=next` points to the next one.",
        schema: MessagePageSchema,
        example: examples.MESSAGE_PAGE,
        headers: ABOUT_HEADERS.extend({ Link: NextLinkSchema.optional() }),
      },
    },
    errors: ["FORBIDDEN_USER", "SESSION_NOT_FOUND", "AGENT_NOT_FOUND", ...LOG_ERRORS, "STORE_UNAVAILABLE"],
    handle: async (request, response, { caller }) => {
      const { log, agent_id } = pathOf(AgentPathSchema, request, caller, MessagePageQuerySchema);
      const query = validated(MessagePageQuerySchema, request.query);
      const { order = "asc", cursor } = query;
      const list = [log.user_id, log.session_id, agent_id, order];
      const behind = cursor === undefined ? undefined : behindOf(list, cursor, query.page);
      const page = pageOf(query);
      const { answer, seq } = await reads.messages(log, agent_id, { ...page, order, behind });
      const next_cursor = answer.last === undefined ? null : encodeCursor(list, [answer.last]);
      if (next_cursor !== null) linkNextPage(request, response, next_cursor);
      const shown = { ...page, page: behind === undefined ? page.page : null };
      const fields = { total: answer.total, ...shown, next_cursor };
      await sendList(response, { name: "messages", slices: answer.items, fields, seq }, limits.stall_ms);
    },
  };
}

/** @throws InputInvalid for what is no cursor of this list, or stands beside a page */
function behindOf(list: unknown, cursor: string, page: string | undefined): number {
  if (page !== undefined) throw new InputInvalid({ path: "cursor", message: "stands in place of `page`" });
  const [behind] = decodeCursor(list, PlaceSchema, cursor);
  return behind;
}
