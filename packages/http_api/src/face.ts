import type { ErrorCode } from "@session-ledger/session_contract";
import type { Request, Response } from "express";
import type { z } from "zod";
import type { RequestContext, Roles } from "./caller.ts";

/** What an answer holds in one media type. */
export interface Representation {
  readonly schema: z.ZodType;
  readonly example?: unknown;
}

/** One answer that an operation gives when it succeeds. */
export interface SuccessResponse {
  readonly description: string;
  /** Absent: the answer has no body. A string is sent as text, everything else as JSON. */
  readonly schema?: z.ZodType;
  readonly example?: unknown;
  /** The header fields that mean something in this answer, by their names; those of every answer are added. */
  readonly headers?: z.ZodObject;
  /** The same in media types that the client may ask for instead, by their names. */
  readonly alternatives?: Readonly<Record<string, Representation>>;
}

/**
 * One operation of a face: what OpenAPI says of it and what Express mounts, in one place, so that the two cannot
 * differ.
 */
export interface Operation {
  readonly method: "get" | "post" | "put" | "delete";
  /** Below the face's prefix, with OpenAPI's `{name}` for a parameter: `/sessions/{session_id}`. */
  readonly path: string;
  readonly operation_id: string;
  readonly summary: string;
  readonly description: string;
  /** Whose keys may call it. */
  readonly roles: Roles;
  readonly path_params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** The header fields that mean something to this operation, beside the `Idempotency-Key` of any `POST`. */
  readonly headers?: z.ZodObject;
  readonly request?: { readonly schema: z.ZodType; readonly required: boolean; readonly example?: unknown };
  readonly responses: Readonly<Record<number, SuccessResponse>>;
  /** Every code that the operation itself may answer; those of any request (body, host, store) are added. */
  readonly errors: readonly ErrorCode[];
  readonly handle: (request: Request, response: Response, context: RequestContext) => Promise<void> | void;
}

/** A face: the operations that one of the five systems shows over HTTP. */
export interface Face {
  /** Where it is mounted, such as `/session_manager`. */
  readonly prefix: string;
  readonly tag: string;
  readonly description: string;
  /** What a request that is not of the required form is answered with: 400 or 422 (DESIGN section 7). */
  readonly invalid: "REQUEST_INVALID" | "CONTENT_INVALID";
  readonly operations: readonly Operation[];
  /** Whether it answers while the server starts and stops too. */
  readonly is_always_open?: boolean;
}
