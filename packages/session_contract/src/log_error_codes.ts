/** The part of the catalogue that is about logs: what stands in the way of reading, appending to, or changing one. */
export const LOG_ERROR_CODES = {
  SEQ_CONFLICT: {
    title: "The log has moved on",
    meaning: "The log's last `seq` is not the one the append expected.",
    action: "Catch up with the log and decide anew.",
  },
  CLAIM_TAKEN: {
    title: "Another log holds the claim",
    meaning: "A claim, such as a user's active session, is held by one log at a time.",
    action: "Catch up and decide anew.",
  },
  LOG_NOT_FOUND: {
    title: "There is no such log",
    meaning: "The ledger has no log of this user and session.",
    action: "Check the ids.",
  },
  LOG_ARCHIVED: {
    title: "The session is archived",
    meaning: "The session's log is packed away and can be neither read nor appended to.",
    action: "Have an operator restore it (`POST /session_manager/sessions.restore`).",
  },
  LOG_NOT_ARCHIVED: {
    title: "The session is not archived",
    meaning: "There is nothing to restore: the session's log stands among the others.",
    action: "Nothing needs doing.",
  },
  LOG_NOT_ENDED: {
    title: "The session has not ended",
    meaning: "Only the log of a session that is stopped or deleted can be archived.",
    action: "End the session first.",
  },
  LINE_NOT_ERASABLE: {
    title: "The line cannot be erased by itself",
    meaning: "The log has no such line, it is the first one, or it is erased or says that another one is.",
    action: "Read `detail`; to erase the first line, erase the whole session.",
  },
  LOG_CORRUPT: {
    title: "The session's log is damaged",
    meaning: "The log does not verify. It is never changed automatically; other sessions go on working.",
    action: "Run `session-ledger verify`, then restore the log from a backup.",
  },
  LOG_TRUNCATED: {
    title: "The session's log is shorter than it was",
    meaning: "Acknowledged lines are missing at the end of the log.",
    action: "Run `session-ledger verify`, then restore the log from a backup.",
  },
  LOG_FORMAT_UNSUPPORTED: {
    title: "The log has a newer format",
    meaning: "The log was written by a newer version of Session Ledger.",
    action: "Use that version or a newer one.",
  },
  JOURNAL_CORRUPT: {
    title: "The journal is damaged",
    meaning: "Durable entries of the recorder's journal do not hold, so acknowledged events may be missing.",
    action: "Keep a copy of `.ledger/journal`, then restore the log root from a backup.",
  },
  LOG_ROOT_LOCKED: {
    title: "Another process writes to this log root",
    meaning: "A log root has one writer. The message names the holder's pid and host.",
    action: "Stop that process, or use another log root.",
  },
} as const;
