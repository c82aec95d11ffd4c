// Erases the content of one line. The log is written anew beside itself, with the line's event replaced by its digest
// and a `line.erased` event at the end that says so; it takes the place of the log in one step. It is acknowledged
// once no segment of the journal holds the old bytes.
import { join } from "node:path";
import type { Line } from "@session-ledger/session_contract";
import type { CatalogEntry } from "../catalog/catalog_entry.ts";
import { fileChunks, withDraft, writeDraft } from "../drafts.ts";
import { encodeBatch } from "../line_batch.ts";
import { LogCursor } from "../log_cursor.ts";
import { examineLog } from "../log_examination.ts";
import type { LogOperator } from "../log_operator.ts";
import { draftFile, logFile, logKey } from "../log_paths.ts";
import { newIncarnation } from "../log_tips.ts";
import type { EraseLineOptions, LogName } from "../recorder.ts";
import { RecorderError } from "../recorder_error.ts";
import { eraseEvent } from "./erased_line.ts";

/** Where a line stands in its log, in bytes. */
interface LinePlace {
  readonly line: Line;
  readonly start: number;
  readonly end: number;
}

export class LineEraser {
  readonly #operator: LogOperator;

  constructor(operator: LogOperator) {
    this.#operator = operator;
  }

  erase(log: LogName, seq: number, options: EraseLineOptions): Promise<Line> {
    return this.#operator.withLog(log, options.expected_seq, async (known) => {
      const entry = await this.#operator.assertSound(known);
      const place = await this.#find(entry, seq);
      assertErasable(place?.line, seq);
      return this.#rewrite(entry, place!, options);
    });
  }

  async #rewrite(entry: CatalogEntry, place: LinePlace, options: EraseLineOptions): Promise<Line> {
    const { disk, root, clock, recovered } = this.#operator.store;
    const { log, hash, recorded_at } = entry;
    const event = {
      type: "line.erased",
      ...(options.cause === undefined ? {} : { cause: options.cause }),
      event: { record_id: options.record_id, seq: place.line.seq },
    };
    const added = encodeBatch(log, [event], { seq: entry.state.seq, hash, recorded_at }, clock());
    const incarnation = newIncarnation();
    return withDraft(this.#operator.store, incarnation, async () => {
      await writeDraft(disk, root, incarnation, this.#rewritten(entry, place, added.bytes));
      const found = { log, file: draftFile(incarnation), named: true };
      const copy = await examineLog(
        found,
        undefined,
        { disk, root, now: () => "", may_write: false },
        () => {},
      );
      const [line] = added.lines;
      if (copy.fault !== undefined || copy.entry?.hash !== line!.hash) {
        throw new RecorderError("LOG_CORRUPT", `what ${logKey(log)} would become does not hold`);
      }
      const { state, bytes } = copy.entry;
      const { claim } = entry;
      await this.#operator.commit({
        kind: "rewrite",
        log,
        incarnation,
        onDone: () => recovered.catalog.set({ ...entry, ...copy.entry!, state, bytes, claim, incarnation }),
      });
      await this.#operator.checkpoint();
      return line!;
    });
  }

  async *#rewritten({ log, bytes }: CatalogEntry, { start, end }: LinePlace, added: Buffer) {
    const { disk, root } = this.#operator.store;
    const path = join(root, logFile(log));
    yield* fileChunks(disk, path, { end: start });
    yield eraseEvent(Buffer.concat(await Array.fromAsync(fileChunks(disk, path, { start, end }))));
    yield* fileChunks(disk, path, { start: end, end: bytes });
    yield added;
  }

  /** Reads the log up to the line after the one that is looked for. */
  async #find({ log, bytes }: CatalogEntry, seq: number): Promise<LinePlace | undefined> {
    const { disk, root } = this.#operator.store;
    const cursor = await LogCursor.open(disk, join(root, logFile(log)), log);
    let found: LinePlace | undefined;
    try {
      await cursor.inspect(
        (line, byte_offset) => {
          if (line.seq === seq) found = { line, start: byte_offset, end: bytes };
          else if (found !== undefined && line.seq === seq + 1) found = { ...found, end: byte_offset };
        },
        () => {},
      );
    } finally {
      await cursor.close();
    }
    return found;
  }
}

/** @throws RecorderError `LINE_NOT_ERASABLE` */
export function assertErasable(line: Line | undefined, seq: number): void {
  const refuse = (why: string): never => {
    throw new RecorderError("LINE_NOT_ERASABLE", `line ${seq}: ${why}`, { detail: `${why}.` });
  };
  if (line === undefined) refuse("The log has no such line");
  else if (seq === 1) refuse("The first line says whose session it is: erase the session instead");
  else if (line.type === "line.erased") refuse("The line says which other line was erased");
  else if (Object.keys(line.event).join() === "$erased") refuse("The line is erased already");
}
