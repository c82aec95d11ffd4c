import {
  linkNextPage,
  NextLinkSchema,
  type Operation,
  sendJson,
  userAskedFor,
  validated,
} from "@session-ledger/http_api";
import {
  ClientTimeSchema,
  LifecycleStateSchema,
  SessionPageSchema,
  StartedKindSchema,
  UserIdSchema,
} from "@session-ledger/session_contract";
import { z } from "zod";
import type { SessionLists } from "../session_lists.ts";
import * as examples from "./examples.ts";
import { IncludeDeletedSchema, LimitSchema, limitOf } from "./query_fields.ts";

const ListQuerySchema = z.strictObject({
  user_id: UserIdSchema.optional().meta({ description: "Only this user's sessions." }),
  state: LifecycleStateSchema.optional().meta({
    description:
      "Only sessions in this state. `deleted` asks for `include_deleted` too; none is listed as `creating`.",
  }),
  kind: StartedKindSchema.optional().meta({ description: "Only sessions of this kind." }),
  include_deleted: IncludeDeletedSchema.optional(),
  started_after: ClientTimeSchema.optional().meta({ description: "Only sessions that started later." }),
  started_before: ClientTimeSchema.optional().meta({ description: "Only sessions that started earlier." }),
  limit: LimitSchema.optional(),
  cursor: z.string().optional().meta({ description: "The `next_cursor` of the page before." }),
});

/** The list of sessions. */
export function listOperation(lists: SessionLists): Operation {
  return {
    method: "get",
    path: "/session_manager/sessions",
    operation_id: "list_sessions",
    roles: ["service", "user", "operator"],
    summary: "List sessions",
    description: "The newest first, page by page. Sessions that are added meanwhile shift nothing.",
    query: ListQuerySchema,
    responses: {
      200: {
        description: "A page of sessions; `Link` with `rel=next` points to the next one.",
        schema: SessionPageSchema,
        example: examples.SESSION_PAGE,
        headers: z.object({ Link: NextLinkSchema.optional() }),
      },
    },
    errors: ["FORBIDDEN_USER", "STORE_UNAVAILABLE"],
    handle: async (request, response, { caller }) => {
      const query = validated(ListQuerySchema, request.query);
      const { user_id, include_deleted, started_after, started_before, limit, ...filters } = query;
      const page = await lists.page({
        ...filters,
        user_id: userAskedFor(caller, user_id),
        include_deleted: include_deleted === "true",
        started_after_ms: epochMs(started_after),
        started_before_ms: epochMs(started_before),
        limit: limitOf(limit),
      });
      if (page.next_cursor !== null) linkNextPage(request, response, page.next_cursor);
      sendJson(response, 200, page);
    },
  };
}

function epochMs(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time);
}
