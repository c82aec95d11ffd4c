// What was asked of the recorder and what it answered, each with the step of the disk at which it happened, so that
// it can be told for every prefix of the history what must be in the logs, what may be, and what must not.
import type { EventToAppend, Line } from "@session-ledger/session_contract";
import { logKey } from "../log_paths.ts";
import type { LogName } from "../recorder.ts";

/** An append that was not refused, or an erasure of everything before it. */
export interface Submission {
  readonly erases: boolean;
  readonly events: readonly EventToAppend[];
  readonly submitted_at: number;
  acknowledged_at: number;
  /** When a recovery had ended without it: then it is gone for good. */
  lost_at: number;
}

export class Expectations {
  readonly #submissions = new Map<string, Submission[]>();
  readonly #erased_content: { readonly text: string; readonly at: number }[] = [];

  submit(log: LogName, events: readonly EventToAppend[], at: number): Submission {
    return this.#add(log, { erases: false, events, submitted_at: at });
  }

  submitErasure(log: LogName, at: number): Submission {
    return this.#add(log, { erases: true, events: [], submitted_at: at });
  }

  /** The content that a text stands in was erased, and this was acknowledged. */
  noteErasedContent(text: string, at: number): void {
    this.#erased_content.push({ text, at });
  }

  /** Texts of content of which nothing may be found anywhere after `at` steps. */
  erasedContent(at: number): string[] {
    return this.#erased_content.filter((erased) => erased.at <= at).map(({ text }) => text);
  }

  /** The logs of which nothing may be found anywhere after `at` steps. */
  erased(at: number): string[] {
    return [...this.#submissions].flatMap(([key, submissions]) => {
      const last = submissions.findLast(({ submitted_at, lost_at }) => submitted_at <= at && at < lost_at);
      return last?.erases === true && last.acknowledged_at <= at ? [key] : [];
    });
  }

  #add(log: LogName, what: Pick<Submission, "erases" | "events" | "submitted_at">): Submission {
    const never = Number.POSITIVE_INFINITY;
    const submission = { ...what, acknowledged_at: never, lost_at: never };
    const key = logKey(log);
    this.#submissions.set(key, [...(this.#submissions.get(key) ?? []), submission]);
    return submission;
  }

  /** The append was refused: its lines must not be found, then or later. */
  refuse(log: LogName, submission: Submission): void {
    const key = logKey(log);
    this.#submissions.set(
      key,
      this.#submissions.get(key)!.filter((each) => each !== submission),
    );
  }

  /** What a recovery made of the open questions is final: others rely on it from now on. */
  settle(recovered: ReadonlyMap<string, readonly Line[]>, at: number): void {
    for (const [key, submissions] of this.#submissions) {
      let left = recovered.get(key)?.length ?? 0;
      const possible = submissions.filter(({ lost_at }) => lost_at > at);
      // An erasure is asked for only when everything before it was answered, and nothing after it until it was.
      const erasure = possible.findLast(({ erases }) => erases);
      const undone = erasure !== undefined && erasure.acknowledged_at > at && left > 0;
      if (erasure !== undefined && undone) erasure.lost_at = at;
      if (erasure !== undefined && !undone) erasure.acknowledged_at = Math.min(erasure.acknowledged_at, at);
      const since = erasure === undefined || undone ? 0 : possible.indexOf(erasure) + 1;
      for (const submission of possible.slice(since)) {
        if (submission.erases) continue;
        if (left > 0) submission.acknowledged_at = Math.min(submission.acknowledged_at, at);
        else submission.lost_at = at;
        left -= submission.events.length;
      }
    }
  }

  /** Every contradiction between recovered logs and what was known after `at` steps, in words. */
  contradictions(recovered: ReadonlyMap<string, readonly Line[]>, at: number): string[] {
    const found: string[] = [];
    for (const [key, lines] of recovered) {
      if (!this.#submissions.has(key)) found.push(`${key}: ${lines.length} lines that were never submitted`);
    }
    for (const [key, submissions] of this.#submissions) {
      const possible = submissions.filter(({ submitted_at, lost_at }) => submitted_at <= at && at < lost_at);
      const lines = recovered.get(key) ?? [];
      const faults = histories(possible, at).map((history) => logFault(history, lines, at));
      if (!faults.includes(undefined)) found.push(`${key}: ${faults.join(", or ")}`);
    }
    return found;
  }
}

/** What may have become of a log: an erasure that was not acknowledged may have happened or not. */
function histories(possible: readonly Submission[], at: number): (readonly Submission[])[] {
  const erased = possible.findLastIndex(({ erases, acknowledged_at }) => erases && acknowledged_at <= at);
  const since = possible.slice(erased + 1);
  const pending = since.findIndex(({ erases }) => erases);
  return pending < 0 ? [since] : [since.slice(0, pending), since.slice(pending + 1)];
}

function logFault(possible: readonly Submission[], lines: readonly Line[], at: number): string | undefined {
  let next = 0;
  for (const { events, acknowledged_at } of possible) {
    if (next === lines.length) {
      if (acknowledged_at <= at) return `the acknowledged append of line ${next + 1} is lost`;
      continue;
    }
    for (const event of events) {
      const line = lines[next];
      next += 1;
      if (line === undefined) return `the append of line ${next} is there in part`;
      if (line.seq !== next) return `seq ${line.seq} stands at line ${next}`;
      const is_erased = lines.some(({ type, event }) => type === "line.erased" && event["seq"] === line.seq);
      const holds = is_erased
        ? "$erased" in line.event
        : line.event["record_id"] === event.event["record_id"];
      if (!holds || line.type !== event.type) return `line ${next} is not the one that was submitted`;
    }
  }
  return next < lines.length ? `line ${next + 1} was never submitted` : undefined;
}
