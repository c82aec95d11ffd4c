// Sessions that are open and take messages through the recorder itself, without HTTP.

import type { LogName, Recorder } from "@session-ledger/schema_recorder";
import type { EventToAppend } from "@session-ledger/session_contract";
import { activeClaim } from "@session-ledger/session_domain";
import { messageEvent, startedEvent } from "../../test/support/session_events.ts";

/** How many appends are under way at once. */
export const CONCURRENCY = 256;

/** What an append takes in a log, near enough to reach a size. */
export const LINE_BYTES = 900;

interface OpenSession {
  readonly log: LogName;
  seq: number;
}

/** A fixed number of open sessions. */
export class OpenSessions {
  readonly #recorder: Recorder;
  readonly #sessions: OpenSession[] = [];
  /** The sessions that no append is under way to, the longest idle first. */
  readonly #free: OpenSession[] = [];

  private constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  static async start(recorder: Recorder, count: number): Promise<OpenSessions> {
    const sessions = new OpenSessions(recorder);
    await inParallel(count, async (at) => {
      const log = { user_id: `user${at}`, session_id: `sess_${at.toString(16).padStart(16, "0")}` };
      const claim = activeClaim(log.user_id);
      await recorder.append(log, [startedEvent(log)], { expected_seq: 0, claim });
      sessions.#sessions.push({ log, seq: 1 });
    });
    sessions.#free.push(...sessions.#sessions);
    return sessions;
  }

  /** Appends messages to all sessions in turn. */
  async appendMessages(count: number): Promise<void> {
    await inParallel(count, async () => {
      const session = this.#free.shift()!;
      const { log, seq } = session;
      await this.#recorder.append(log, [moduleMessage(log)], { expected_seq: seq });
      session.seq += 1;
      this.#free.push(session);
    });
  }
}

/** A message such as a module of A3CP sends. */
function moduleMessage(log: LogName): EventToAppend {
  const { event, ...message } = messageEvent(log);
  const classifier_output = { drink: 0.71, eat: 0.14, stop: 0.06, unknown: 0.09 };
  const raw_features_ref = {
    uri: `features/${log.session_id}/0001.npz`,
    hash: `sha256:${"5f".repeat(32)}`,
    encoding: "landmarks_v1",
    shape: [48, 126],
    dtype: "float32",
    format: "npz",
  };
  return { ...message, event: { ...event, classifier_output, raw_features_ref } };
}

/** Runs `task` for 0 to `count` - 1, some at once. */
export async function inParallel(
  count: number,
  task: (at: number) => Promise<void>,
  at_once = CONCURRENCY,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const at = next;
      next += 1;
      await task(at);
    }
  };
  await Promise.all(Array.from({ length: Math.min(at_once, count) }, lane));
}
