// Lists of sessions from the catalog's table. A list is a merge of streams, one for each kind and state that it
// holds: in the index each stream is one run in the list's order, so a page costs what it gives, wherever it begins
// and however few of the sessions it is about.
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { ListPosition, SessionQuery } from "../recorder.ts";
import { beginningOf } from "../session_query.ts";

/** The indexes that lists need, for the catalog's schema. */
export const LIST_INDEXES = `
  CREATE INDEX sessions_by_start ON sessions (kind, state, started_ms, user_id, session_id);
  CREATE INDEX sessions_by_user_and_start ON sessions (user_id, kind, state, started_ms, session_id);
`;

const OF_ALL = `
  SELECT started_ms, user_id, session_id FROM sessions
  WHERE kind = ? AND state = ? AND (started_ms, user_id, session_id) < (?, ?, ?) AND started_ms > ?`;
const OF_USER = `
  SELECT started_ms, user_id, session_id FROM sessions
  WHERE user_id = ? AND kind = ? AND state = ? AND (started_ms, session_id) < (?, ?) AND started_ms > ?`;
const IN_ORDER = " ORDER BY started_ms DESC, user_id DESC, session_id DESC";

/** What SQLite is asked for a list: statements that are the same for all lists of so many streams. */
export interface ListSql {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

/** The names in a list, in its order, from where its page begins. */
export class SessionList {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** It reads as far as it is asked, and the table must not change before it ends. */
  *positions(query: SessionQuery): Generator<ListPosition, void> {
    const { sql, values } = listSql(query);
    if (sql === "") return;
    for (const row of this.#prepared(sql).iterate(...values)) {
      yield {
        started_ms: Number(row["started_ms"]),
        user_id: String(row["user_id"]),
        session_id: String(row["session_id"]),
      };
    }
  }

  #prepared(sql: string): StatementSync {
    const statement = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** The question for a list; empty if no stream is in it. */
export function listSql(query: SessionQuery): ListSql {
  const { user_id, kinds, states, started_after_ms = Number.MIN_SAFE_INTEGER } = query;
  const begin = beginningOf(query);
  const streams = kinds.flatMap((kind) => states.map((state) => ({ kind, state })));
  if (streams.length === 0) return { sql: "", values: [] };
  const stream = user_id === undefined ? OF_ALL : OF_USER;
  return {
    sql: streams.map(() => stream).join(" UNION ALL ") + IN_ORDER,
    values: streams.flatMap(({ kind, state }) =>
      user_id === undefined
        ? [kind, state, begin.started_ms, begin.user_id, begin.session_id, started_after_ms]
        : [user_id, kind, state, begin.started_ms, sessionBound(begin, user_id), started_after_ms],
    ),
  };
}

/** Where a page begins among the sessions of one user, whose place is between those of other users. */
function sessionBound(begin: ListPosition, user_id: string): string {
  if (begin.user_id === user_id) return begin.session_id;
  return begin.user_id > user_id ? AFTER_EVERY_ID : "";
}

/** Greater than any session_id, whose characters are all ASCII. */
const AFTER_EVERY_ID = "\u{10ffff}";
