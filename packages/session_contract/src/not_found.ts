import { z } from "zod";

/** Why a session is not found, each with what a person is told. */
export const NOT_FOUND_DETAILS = {
  not_found_invalid_format:
    "A session id is `sess_` and 16 hex digits, `exec_YYYYMMDD_HHMMSS_` and 8 hex digits, or a UUID of version 4.",
  not_found_never_existed: "No session of this face ever had this id.",
  not_found_deleted: "The session was deleted.",
  not_found_archived: "The session is archived. An operator can restore it.",
} as const;

export const NotFoundReasonSchema = z.enum(
  Object.keys(NOT_FOUND_DETAILS) as [NotFoundReason, ...NotFoundReason[]],
);
/** A stable reason why a session is not found; clients branch on it. */
export type NotFoundReason = keyof typeof NOT_FOUND_DETAILS;

/** The operation that brings an archived session back. */
export const RESTORE_OPERATION = "POST /session_manager/sessions.restore";
