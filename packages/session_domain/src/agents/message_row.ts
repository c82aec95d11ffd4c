/**
 * What is kept in memory of a message: where its contents stand in the log, and no content. A session may have a
 * million of them.
 */
export interface MessageRow {
  readonly message_id: number;
  /** In milliseconds since the epoch, as `updated_ms`. */
  readonly created_ms: number;
  readonly updated_ms: number;
  /** The `seq` of the line with its message; 0 if the log no longer tells. */
  readonly content_seq: number;
  /** The `seq` of the line with what hides it; 0 if nothing does. */
  readonly redaction_seq: number;
}

/** How many numbers a row is. */
export const ROW_NUMBERS = 5;

export function writeRow(to: Float64Array, at: number, row: MessageRow): void {
  to[at] = row.message_id;
  to[at + 1] = row.created_ms;
  to[at + 2] = row.updated_ms;
  to[at + 3] = row.content_seq;
  to[at + 4] = row.redaction_seq;
}

export function readRow(from: Float64Array, at: number): MessageRow {
  return {
    message_id: from[at]!,
    created_ms: from[at + 1]!,
    updated_ms: from[at + 2]!,
    content_seq: from[at + 3]!,
    redaction_seq: from[at + 4]!,
  };
}
