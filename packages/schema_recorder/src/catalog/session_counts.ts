import type { SessionKind } from "@session-ledger/session_contract";
import type { SessionState, SessionStatus } from "@session-ledger/session_domain";

/** How many owners' counts are kept. */
const OWNERS_MAX = 1_000;

/**
 * How many sessions owners have of each kind and state. A count is made when it is first asked for, and then follows
 * each change of the catalog; those of the least recently asked owners are forgotten.
 */
export class SessionCounts {
  readonly #by_owner = new Map<string, Map<string, number>>();

  /** The count of one kind and state; `count` makes it. */
  of(user_id: string, kind: SessionKind, status: SessionStatus, count: () => number): number {
    const counts = this.#by_owner.get(user_id) ?? new Map<string, number>();
    this.#by_owner.delete(user_id);
    this.#by_owner.set(user_id, counts);
    if (this.#by_owner.size > OWNERS_MAX) {
      const [oldest] = this.#by_owner.keys();
      this.#by_owner.delete(oldest!);
    }
    const key = keyOf({ kind, status });
    const known = counts.get(key) ?? count();
    counts.set(key, known);
    return known;
  }

  /** An owner's session is about to change; `before` is asked only if the owner's sessions were counted. */
  note(user_id: string, before: () => SessionState | undefined, after: SessionState | undefined): void {
    const counts = this.#by_owner.get(user_id);
    if (counts === undefined) return;
    add(counts, before(), -1);
    add(counts, after, 1);
  }
}

function add(counts: Map<string, number>, state: SessionState | undefined, change: number): void {
  if (state === undefined) return;
  const key = keyOf(state);
  const known = counts.get(key);
  if (known !== undefined) counts.set(key, known + change);
}

function keyOf({ kind, status }: Pick<SessionState, "kind" | "status">): string {
  return `${kind} ${status}`;
}
