// What was asked of the recorder and what it answered, each with the step of the disk at which it happened, so that
// it can be told for every prefix of the history what must be in the logs, what may be, and what must not.
import type { EventToAppend, Line } from "@session-ledger/session_contract";
import { logKey } from "../log_paths.ts";
import type { LogName } from "../recorder.ts";

/** An append that was not refused. */
export interface Submission {
  readonly events: readonly EventToAppend[];
  readonly submitted_at: number;
  acknowledged_at: number;
  /** When a recovery had ended without it: then it is gone for good. */
  lost_at: number;
}

export class Expectations {
  readonly #submissions = new Map<string, Submission[]>();

  submit(log: LogName, events: readonly EventToAppend[], at: number): Submission {
    const never = Number.POSITIVE_INFINITY;
    const submission = { events, submitted_at: at, acknowledged_at: never, lost_at: never };
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
      for (const submission of submissions) {
        if (submission.lost_at <= at) continue;
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
      const fault = logFault(possible, recovered.get(key) ?? [], at);
      if (fault !== undefined) found.push(`${key}: ${fault}`);
    }
    return found;
  }
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
      if (line.event["record_id"] !== event.event["record_id"] || line.type !== event.type) {
        return `line ${next} is not the one that was submitted`;
      }
    }
  }
  return next < lines.length ? `line ${next + 1} was never submitted` : undefined;
}
