/** The longest line the ledger writes, in bytes, its newline included. */
export const LINE_BYTES_MAX = 512 * 1024;

/** The longest line a reader accepts, in bytes, its newline included: room for a later writer with a larger limit. */
export const LINE_BYTES_READ_MAX = 16 * 1024 * 1024;

/** How many lines one all-or-nothing append may hold. */
export const BATCH_LINES_MAX = 1_000;

/** How many bytes one all-or-nothing append may hold. A reader keeps an unfinished batch in memory. */
export const BATCH_BYTES_MAX = 16 * 1024 * 1024;

/** How many bytes the lines may have that are picked out of a log at once. One line alone may have more. */
export const PICK_BYTES_MAX = 1024 * 1024;

/** How deep an event may nest; the event itself is level 1. */
export const JSON_DEPTH_MAX = 64;

/** How long a performer's id or a label may be, in characters. */
export const LABEL_CHARACTERS_MAX = 256;

/** How long the reason for a command may be, in characters. */
export const REASON_CHARACTERS_MAX = 1_024;
