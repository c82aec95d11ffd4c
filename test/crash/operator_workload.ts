import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { expect } from "vitest";
import { type Answered, post } from "../e2e/http_exchange.ts";
import type { LedgerUnderTest } from "../e2e/ledger_under_test.ts";
import { filesBelow, logFileOf } from "../e2e/log_root_files.ts";
import {
  APPEND,
  DELETE,
  endInput,
  endSession,
  lookUp,
  messageInput,
  openSession,
  type SessionNames,
} from "../e2e/operations.ts";

type Act = "archive" | "restore" | "erase";

/** A session that an operator is to do something to. */
interface Target {
  readonly session: SessionNames;
  readonly act: Act;
  /** Stands in a message of the session and nowhere else. */
  readonly secret: string;
  /** The SHA-256 of its log. */
  readonly log_sha256: string;
}

/** Requests of operators: those that were answered, and those that were not, by what the restart found. */
export interface OperatorReport {
  answered: number;
  done: number;
  undone: number;
}

const ACTS: readonly Act[] = ["archive", "restore", "erase"];

/** Sends requests of operators to a server that is killed under them, and holds what is recovered against them. */
export class OperatorWorkload {
  readonly #ledger: LedgerUnderTest;
  #targets: Target[] = [];
  #answered = new Set<Target>();
  readonly report: OperatorReport = { answered: 0, done: 0, undone: 0 };

  constructor(ledger: LedgerUnderTest) {
    this.#ledger = ledger;
  }

  /** Makes the sessions of the next round: `count` for each act. */
  async prepare(count: number): Promise<void> {
    this.#targets = [];
    this.#answered = new Set();
    for (let each = 0; each < count; each += 1)
      for (const act of ACTS) this.#targets.push(await this.#makeTarget(act));
  }

  /** Sends the requests of each act one after another, the acts side by side, until a request is cut off. */
  async run(onAnswer: () => void): Promise<void> {
    await Promise.all(ACTS.map((act) => this.#runAll(act, onAnswer)));
  }

  /** Each act is done if it was answered, and otherwise done or not begun. */
  async checkRecovered(): Promise<void> {
    const files = await filesBelow(this.#ledger.log_root);
    for (const target of this.#targets) {
      const is_done = await this.#isDone(target, files);
      if (this.#answered.has(target)) expect(is_done, `${target.act} was answered`).toBe(true);
      this.report[this.#answered.has(target) ? "answered" : is_done ? "done" : "undone"] += 1;
    }
    expect(await readdir(join(this.#ledger.log_root, ".ledger/drafts"))).toEqual([]);
  }

  async #runAll(act: Act, onAnswer: () => void): Promise<void> {
    for (const target of this.#targets.filter((each) => each.act === act)) {
      const answer = await this.#operate(act, target.session).catch(() => undefined);
      if (answer === undefined) return;
      expect(answer.status, answer.text).toBe(200);
      this.#answered.add(target);
      onAnswer();
    }
  }

  async #makeTarget(act: Act): Promise<Target> {
    const { url, log_root } = this.#ledger;
    const session = await openSession(url);
    const message = messageInput(session);
    await post(url, APPEND, message);
    await endSession(url, session);
    if (act === "erase") await post(url, DELETE, endInput(session));
    const log = (await filesBelow(log_root)).get(logFileOf(session))!;
    if (act === "restore") expect((await this.#operate("archive", session)).status).toBe(200);
    return { session, act, secret: message.record_id, log_sha256: sha256(log) };
  }

  #operate(act: Act, { session_id }: SessionNames): Promise<Answered> {
    return post(this.#ledger.url, `/session_manager/sessions.${act}`, { session_id });
  }

  /** Whether the act was done; in either case everything must be as it then is. */
  async #isDone({ session, act, secret, log_sha256 }: Target, files: ReadonlyMap<string, string>) {
    const { body } = await lookUp(this.#ledger.url, session.session_id, "?include_deleted=true");
    const reason = String(body["reason"]);
    const log = files.get(logFileOf(session));
    const archive = files.get(`archive/${logFileOf(session)}.gz`);
    const unpacked = archive && gunzipSync(Buffer.from(archive, "latin1")).toString("latin1");
    const found = { log: log && sha256(log), archive: unpacked && sha256(unpacked) };
    if (reason === "not_found_archived") expect(found).toEqual({ log: undefined, archive: log_sha256 });
    else if (body["found"] === true) expect(found).toEqual({ log: log_sha256, archive: undefined });
    else {
      expect([act, reason]).toEqual(["erase", "not_found_deleted"]);
      const told = [...files].filter(([path, text]) =>
        [secret, session.session_id].some((word) => path.includes(word) || text.includes(word)),
      );
      expect(told.map(([path]) => path)).toEqual([]);
    }
    return reason === { archive: "not_found_archived", restore: "ok", erase: "not_found_deleted" }[act];
  }
}

function sha256(latin1: string): string {
  return createHash("sha256").update(latin1, "latin1").digest("hex");
}
