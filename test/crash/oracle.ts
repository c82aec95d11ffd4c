// What the clients know, against what the logs hold. Each command carries a key of the client's own into its event
// (see `keyOf`), so that an event can be told even if its answer was never read.
import { isDeepStrictEqual } from "node:util";
import type { FileLine } from "../e2e/log_root_files.ts";

type Event = Readonly<Record<string, unknown>>;

/** A command that a client sent. */
interface Submission {
  readonly user_id: string;
  /** The oracle's own time, which counts what it is told. */
  readonly submitted_at: number;
  fate: "unknown" | "acknowledged" | "refused";
  /** When the client had its answer, or the event was seen in the logs; never, while the fate is unknown. */
  settled_at: number;
  /** The event as the client knows it. */
  event?: Event;
}

/** What a recovery made of the commands whose fate no client knew. */
export interface Recovery {
  readonly kept: number;
  readonly dropped: number;
}

/** The key that a client put into the command which caused this event. */
function keyOf({ type, event }: FileLine): unknown {
  if (type === "session.started") return event["session_notes"];
  if (type === "session.ended") return event["performer_id"];
  return event["record_id"];
}

export class Oracle {
  readonly #submissions = new Map<unknown, Submission>();
  /** Logs that a recovery left in order: for as long as one is the same, it says nothing new by itself. */
  readonly #settled = new WeakSet<readonly FileLine[]>();
  #now = 0;
  #acknowledged = 0;

  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** To be called before a command is sent. */
  submit(key: string, user_id: string): void {
    const submitted_at = this.#tick();
    this.#submissions.set(key, {
      user_id,
      submitted_at,
      fate: "unknown",
      settled_at: Number.POSITIVE_INFINITY,
    });
  }

  /** To be called when the answer says that the event is recorded. */
  acknowledge(key: string, event: Event): void {
    this.#settle(this.#submissions.get(key)!, "acknowledged");
    this.#submissions.get(key)!.event = event;
    this.#acknowledged += 1;
  }

  /** To be called when the answer says that nothing was recorded. */
  refuse(key: string): void {
    this.#settle(this.#submissions.get(key)!, "refused");
  }

  /**
   * Holds the logs of a recovered ledger against what is known, and gives every contradiction in words. A log whose
   * lines are the same object as at the last settling is not compared again by itself; whether its events are lost or
   * doubled is asked of all logs together.
   */
  contradictions(logs: ReadonlyMap<string, readonly FileLine[]>): string[] {
    const seen = new Set<unknown>();
    const found: string[] = [];
    for (const [path, lines] of logs) {
      const is_settled = this.#settled.has(lines);
      if (!is_settled) found.push(...this.#orderFaults(path, lines));
      for (const line of lines) {
        const key = keyOf(line);
        const own_fault = is_settled ? undefined : this.#lineFault(path, line, key);
        const fault = own_fault ?? (seen.has(key) ? `${key} stands twice` : undefined);
        if (fault !== undefined) found.push(`${path} line ${line.seq}: ${fault}`);
        seen.add(key);
      }
    }
    for (const [key, { fate, user_id }] of this.#submissions) {
      if (fate === "acknowledged" && !seen.has(key)) found.push(`${user_id}: acknowledged ${key} is lost`);
    }
    return [...found, ...openTwice(logs)];
  }

  /** Takes a recovery as final: to be called after `contradictions`, if there were none. */
  settleBy(logs: ReadonlyMap<string, readonly FileLine[]>): Recovery {
    const changed = [...logs.values()].filter((lines) => !this.#settled.has(lines));
    for (const lines of changed) this.#settled.add(lines);
    const lines = new Map(changed.flat().map((line) => [keyOf(line), line]));
    let kept = 0;
    let dropped = 0;
    for (const [key, submission] of this.#submissions) {
      if (submission.fate !== "unknown") continue;
      const line = lines.get(key);
      this.#settle(submission, line === undefined ? "refused" : "acknowledged");
      if (line === undefined) dropped += 1;
      else {
        submission.event = line.event;
        kept += 1;
      }
    }
    return { kept, dropped };
  }

  #lineFault(path: string, line: FileLine, key: unknown): string | undefined {
    const submission = this.#submissions.get(key);
    if (submission === undefined) return `${key} was never submitted`;
    if (submission.fate === "refused") return `${key} was refused, or was gone once`;
    const { user_id, session_id } = line.event;
    if (path !== `users/${submission.user_id}/sessions/${session_id}.jsonl`)
      return `${key} is in another log`;
    if (user_id !== submission.user_id) return `${key} is another user's`;
    if (submission.event !== undefined && !isDeepStrictEqual(line.event, submission.event)) {
      return `${key} is not the event that was acknowledged`;
    }
    return undefined;
  }

  /** An event that was acknowledged before another was even submitted stands before it. */
  #orderFaults(path: string, lines: readonly FileLine[]): string[] {
    const found: string[] = [];
    let settled_first = Number.POSITIVE_INFINITY;
    for (const line of lines.toReversed()) {
      const submission = this.#submissions.get(keyOf(line));
      if (submission === undefined) continue;
      if (settled_first < submission.submitted_at) found.push(`${path} line ${line.seq}: out of order`);
      settled_first = Math.min(settled_first, submission.settled_at);
    }
    const counted = lines.every(({ seq }, index) => seq === index + 1);
    if (!counted) found.push(`${path}: seq has a gap`);
    const ends = lines.findIndex(({ type }) => type === "session.ended");
    if (lines[0]?.type !== "session.started") found.push(`${path}: does not begin with a start`);
    if (ends !== -1 && ends !== lines.length - 1) found.push(`${path}: goes on after its end`);
    return found;
  }

  #settle(submission: Submission, fate: "acknowledged" | "refused"): void {
    submission.fate = fate;
    submission.settled_at = this.#tick();
  }

  #tick(): number {
    this.#now += 1;
    return this.#now;
  }
}

/** The sessions that a ledger's logs say are open, by their users. */
export function openSessions(logs: ReadonlyMap<string, readonly FileLine[]>): Map<string, string[]> {
  const open = new Map<string, string[]>();
  for (const lines of logs.values()) {
    if (lines.at(-1)?.type === "session.ended") continue;
    const { user_id, session_id } = lines[0]!.event;
    open.set(String(user_id), [...(open.get(String(user_id)) ?? []), String(session_id)]);
  }
  return open;
}

function openTwice(logs: ReadonlyMap<string, readonly FileLine[]>): string[] {
  const users = [...openSessions(logs)].filter(([, sessions]) => sessions.length > 1);
  return users.map(([user_id, sessions]) => `${user_id} has ${sessions.length} open sessions`);
}
