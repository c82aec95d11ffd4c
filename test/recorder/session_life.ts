// A session to which one thing after another is done through a recorder that may fail, and what may stand of it below
// the log root then.
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { gunzipSync } from "node:zlib";
import { type JsonlRecorder, type LogName, RecorderError } from "@session-ledger/schema_recorder";
import { endedEvent, messageEvent, startedEvent } from "../support/session_events.ts";
import { tracesOf } from "./traces.ts";

export type Act = "start" | "fill" | "end" | "archive" | "restore" | "erase_line" | "erase";

/** What stands of a session: where, and the `record_id` of each line, or that its content was erased. */
interface Standing {
  readonly form: "log" | "archive" | "nowhere";
  readonly lines: readonly string[];
}

/** Which line `erase_line` erases: the first message, which holds the session's secret. */
const ERASED_SEQ = 2;
const ERASED = "erased";

export class SessionLife {
  readonly log: LogName;
  /** Where its log stands, relative to the log root. */
  readonly log_file: string;
  readonly #claim: string;
  readonly #secret = `secret-${randomUUID()}`;
  readonly #start: ReturnType<typeof startedEvent>;
  readonly #messages: readonly ReturnType<typeof messageEvent>[];
  readonly #end: ReturnType<typeof endedEvent>;
  readonly #line_erased_id = randomUUID();
  readonly #acknowledged: Act[] = [];
  /** Of what it is not known whether it was done, because the store failed. */
  #unknown: Act | undefined;
  /** Why an act was refused that was then asked for again. */
  readonly refusals: RecorderError[] = [];

  constructor(name: string) {
    // No name stands within another, since traces of it are searched for.
    this.log = { user_id: `user.${name}.`, session_id: `session-${name}-` };
    this.log_file = `users/${this.log.user_id}/sessions/${this.log.session_id}.jsonl`;
    this.#claim = `active:${this.log.user_id}`;
    this.#start = startedEvent(this.log);
    this.#messages = [messageEvent(this.log, { text: this.#secret }), messageEvent(this.log)];
    this.#end = endedEvent(this.log);
  }

  /**
   * Does one thing after another, until the store fails. What is refused alone is asked for once more: the refusal
   * must have left everything as it was.
   * @throws what is no RecorderError, and a second refusal
   */
  async live(recorder: JsonlRecorder, acts: readonly Act[]): Promise<void> {
    for (const act of acts) {
      try {
        await this.#do(recorder, act).catch((error: unknown) => this.#again(recorder, act, error));
        this.#acknowledged.push(act);
      } catch (error) {
        if (!(error instanceof RecorderError) || error.code !== "STORE_FAILED") throw error;
        this.#unknown = act;
        return;
      }
    }
  }

  /** Everything that is wrong with what stands below a recovered log root, in words. */
  async contradictions(log_root: string): Promise<string[]> {
    const found = this.#found(log_root);
    const unknown = this.#unknown === undefined ? [] : [[...this.#acknowledged, this.#unknown]];
    const possible = [this.#acknowledged, ...unknown];
    const done = possible.find((acts) => isDeepStrictEqual(found, [this.#standing(acts)]));
    if (done !== undefined) return tracesOf(log_root, this.#erasedTexts(done));
    const acts = possible.map((each) => each.join(", ")).join("; or: ");
    return [`${this.log.session_id} is ${JSON.stringify(found)} after: ${acts}`];
  }

  #again(recorder: JsonlRecorder, act: Act, error: unknown): Promise<unknown> {
    if (!(error instanceof RecorderError) || error.code === "STORE_FAILED") throw error;
    this.refusals.push(error);
    return this.#do(recorder, act);
  }

  #do(recorder: JsonlRecorder, act: Act): Promise<unknown> {
    const { log } = this;
    const claim = this.#claim;
    switch (act) {
      case "start":
        return recorder.append(log, [this.#start], { expected_seq: 0, claim });
      case "fill":
        return recorder.append(log, this.#messages, { expected_seq: 1 });
      case "end":
        return recorder.append(log, [this.#end], { expected_seq: 3, release: claim });
      case "archive":
        return recorder.archive(log);
      case "restore":
        return recorder.restore(log);
      case "erase_line":
        return recorder.eraseLine(log, ERASED_SEQ, { record_id: this.#line_erased_id });
      case "erase":
        return recorder.erase(log, { note: { trigger: "operator", reason: "asked for" } });
    }
  }

  /** What stands once these were done. */
  #standing(acts: readonly Act[]): Standing {
    let form: Standing["form"] = "nowhere";
    let lines: string[] = [];
    const idOf = ({ event }: { readonly event: object }): string => String(Reflect.get(event, "record_id"));
    for (const act of acts) {
      if (act === "start") [form, lines] = ["log", [idOf(this.#start)]];
      else if (act === "fill") lines.push(...this.#messages.map(idOf));
      else if (act === "end") lines.push(idOf(this.#end));
      else if (act === "archive") form = "archive";
      else if (act === "restore") form = "log";
      else if (act === "erase") [form, lines] = ["nowhere", []];
      else lines = [...lines.with(ERASED_SEQ - 1, ERASED), this.#line_erased_id];
    }
    return { form, lines };
  }

  /** What stands below a log root: twice, if both a log and an archive do. */
  #found(log_root: string): Standing[] {
    const log = join(log_root, this.log_file);
    const archive = join(log_root, "archive", `${this.log_file}.gz`);
    const found: Standing[] = [];
    if (existsSync(log)) found.push({ form: "log", lines: idsIn(readFileSync(log)) });
    if (existsSync(archive)) found.push({ form: "archive", lines: idsIn(gunzipSync(readFileSync(archive))) });
    return found.length === 0 ? [{ form: "nowhere", lines: [] }] : found;
  }

  /** The texts that no file may hold once these were done. */
  #erasedTexts(acts: readonly Act[]): string[] {
    if (acts.includes("erase")) return [this.#secret, this.log.session_id, this.log.user_id];
    return acts.includes("erase_line") ? [this.#secret] : [];
  }
}

function idsIn(log: Buffer): string[] {
  const lines = log.toString("utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line).event.record_id ?? ERASED);
}
