import {
  assertValid,
  type Caller,
  InputInvalid,
  idempotencyOf,
  ifMatch,
  jsonBody,
  validated,
} from "@session-ledger/http_api";
import type { LogName } from "@session-ledger/schema_recorder";
import { AgentIdSchema, SessionIdSchema, UserIdSchema } from "@session-ledger/session_contract";
import type { Request } from "express";
import { z } from "zod";
import { assertEncodedBytes } from "../encoded_bytes.ts";
import type { CommandRequest } from "../models.ts";
import { ownerOf } from "../owner.ts";

/** Whose sessions are meant; a user's key means its user's. */
export const OwnerQuerySchema = z.strictObject({
  user_id: UserIdSchema.optional().meta({ description: "Whose sessions are meant; by default nobody's." }),
});

export const SessionPathSchema = z.object({
  session_id: SessionIdSchema.meta({ description: "The session's id." }),
});

export const AgentPathSchema = SessionPathSchema.extend({
  agent_id: AgentIdSchema.meta({ description: "The agent's id, within its session." }),
});

export const MessagePathSchema = AgentPathSchema.extend({
  message_id: z
    .string()
    .regex(/^(?:0|[1-9]\d{0,15})$/, "must be a whole number from 0 to 2^53-1")
    .refine((text) => Number.isSafeInteger(Number(text)), "must be a whole number from 0 to 2^53-1")
    .meta({ description: "The message's number, within its agent." }),
});

/** The ids in a path, checked before anything is looked up, and the log of the session that they name. */
export function pathOf<Path extends typeof SessionPathSchema>(
  schema: Path,
  request: Request,
  caller: Caller,
  query: z.ZodType<{ readonly user_id?: string | undefined }> = OwnerQuerySchema,
): z.output<Path> & { readonly log: LogName } {
  const ids = validated(schema, request.params);
  const { user_id } = validated(query, request.query);
  return { ...ids, log: { user_id: ownerOf(caller, user_id), session_id: ids.session_id } };
}

/**
 * The body as it was sent, once it has the form of `schema`, and what says that it is bytes can be read as bytes.
 * @throws InputInvalid
 */
export function bodyOf<Schema extends z.ZodType>(schema: Schema, request: Request): z.input<Schema> {
  const body: unknown = jsonBody(request);
  assertValid(schema, body);
  assertEncodedBytes(body);
  return body;
}

/**
 * The fields of an update without the id, which may be sent along if it is that of the path.
 * @throws InputInvalid
 */
export function withoutId<Body extends object, Name extends keyof Body & string>(
  body: Body,
  name: Name,
  id: unknown,
): Omit<Body, Name> {
  const { [name]: sent, ...fields } = body;
  if (sent !== undefined && sent !== id)
    throw new InputInvalid({ path: name, message: "must be that of the path" });
  return fields;
}

/** What a request says beside its command. Throws as `ifMatch` and `idempotencyOf` do. */
export function commandRequestOf(request: Request, caller: Caller): CommandRequest {
  return {
    principal: caller.principal,
    precondition: ifMatch(request),
    idempotency: request.method === "POST" ? idempotencyOf(request) : undefined,
  };
}
