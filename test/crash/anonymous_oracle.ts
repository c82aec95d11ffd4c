// What the clients of anonymous sessions know, against what stands below the log root. Each creation carries a key,
// which tells its session even if its answer was never read.
import type { FileLine } from "../e2e/log_root_files.ts";

const FOLDER = "users/_anonymous/sessions/";

/**
 * What is known of a session. `erased`: a deletion was answered 204, so no file may hold its id. `gone`: another
 * request was told that it is not there, so it must not come back.
 */
type Fate = "creating" | "stands" | "deleting" | "gone" | "erased";

export interface KnownSession {
  readonly session_id: string;
  readonly created_at: string;
}

interface Submission {
  fate: Fate;
  session?: KnownSession;
}

export class AnonymousOracle {
  readonly #by_key = new Map<string, Submission>();
  readonly #keys_by_id = new Map<string, string>();

  /** To be called before a creation is sent. */
  submitCreation(key: string): void {
    this.#by_key.set(key, { fate: "creating" });
  }

  acknowledgeCreation(key: string, session: KnownSession): void {
    this.#stand(key, session);
  }

  /** To be called before a deletion is sent. */
  submitDeletion(session_id: string): void {
    const submission = this.#submission(session_id);
    if (submission.fate === "stands") submission.fate = "deleting";
  }

  /** To be called for a 204. Throws for a second one: a deletion succeeds once. */
  acknowledgeDeletion(session_id: string): void {
    const submission = this.#submission(session_id);
    if (submission.fate === "erased") throw new Error(`${session_id} was deleted twice`);
    submission.fate = "erased";
  }

  /** To be called for a 404. Throws if nobody asked for the session's deletion. */
  acknowledgeAbsence(session_id: string): void {
    const submission = this.#submission(session_id);
    if (submission.fate === "stands") throw new Error(`${session_id} is lost`);
    if (submission.fate === "deleting") submission.fate = "gone";
  }

  /** Whether a session must be found now: it was created, and nobody asked for its deletion. */
  mustStand(session_id: string): boolean {
    return this.#submission(session_id).fate === "stands";
  }

  /** Every session that must be found. */
  standing(): KnownSession[] {
    return [...this.#by_key.values()].filter(({ fate }) => fate === "stands").map(({ session }) => session!);
  }

  /** The ids that no file may hold, right after a kill too. */
  erased(): string[] {
    return this.#idsOf("erased");
  }

  /** The ids that a recovered ledger must not know. */
  gone(): string[] {
    return [...this.#idsOf("erased"), ...this.#idsOf("gone")];
  }

  /** Every contradiction of a recovered ledger's logs, in words. */
  contradictions(logs: ReadonlyMap<string, readonly FileLine[]>): string[] {
    const found: string[] = [];
    const seen = new Set<Submission>();
    for (const [path, lines] of anonymousLogs(logs)) {
      const fault = this.#logFault(path, lines, seen);
      if (fault !== undefined) found.push(`${path}: ${fault}`);
    }
    for (const submission of this.#by_key.values()) {
      if (submission.fate !== "stands" || seen.has(submission)) continue;
      found.push(`${submission.session?.session_id} was created, and is lost`);
    }
    return found;
  }

  /** Takes a recovery as final: to be called after `contradictions`. Gives how many unknown fates went which way. */
  settleBy(logs: ReadonlyMap<string, readonly FileLine[]>): {
    readonly kept: number;
    readonly dropped: number;
  } {
    const recovered = new Map(anonymousLogs(logs).map(([, [line]]) => [keyOf(line!), sessionOf(line!)]));
    let kept = 0;
    let dropped = 0;
    for (const [key, submission] of this.#by_key) {
      if (submission.fate !== "creating" && submission.fate !== "deleting") continue;
      const session = recovered.get(key);
      if (session === undefined) {
        submission.fate = "gone";
        dropped += 1;
      } else {
        this.#stand(key, session);
        kept += 1;
      }
    }
    return { kept, dropped };
  }

  #logFault(path: string, lines: readonly FileLine[], seen: Set<Submission>): string | undefined {
    const [line, ...more] = lines;
    if (line === undefined || more.length > 0) return "has not one line";
    const { session_id, created_at } = sessionOf(line);
    const submission = this.#by_key.get(keyOf(line));
    if (path !== `${FOLDER}${session_id}.jsonl`) return "is another session's";
    if (submission === undefined) return "was never submitted";
    if (submission.fate === "erased" || submission.fate === "gone") return "was deleted, and is back";
    const { session } = submission;
    if (session !== undefined && (session.session_id !== session_id || session.created_at !== created_at)) {
      return "is not the session that was acknowledged";
    }
    if (seen.has(submission)) return "its creation stands twice";
    seen.add(submission);
    return undefined;
  }

  #stand(key: string, session: KnownSession): void {
    this.#by_key.set(key, { fate: "stands", session });
    this.#keys_by_id.set(session.session_id, key);
  }

  #submission(session_id: string): Submission {
    return this.#by_key.get(this.#keys_by_id.get(session_id)!)!;
  }

  #idsOf(fate: Fate): string[] {
    const submissions = [...this.#by_key.values()].filter((each) => each.fate === fate);
    return submissions.flatMap(({ session }) => (session === undefined ? [] : [session.session_id]));
  }
}

function anonymousLogs(logs: ReadonlyMap<string, readonly FileLine[]>) {
  return [...logs].filter(([path]) => path.startsWith(FOLDER));
}

function keyOf(line: FileLine): string {
  return line.idempotency?.key ?? "";
}

function sessionOf({ event }: FileLine): KnownSession {
  return { session_id: String(event["session_id"]), created_at: String(event["start_time"]) };
}
