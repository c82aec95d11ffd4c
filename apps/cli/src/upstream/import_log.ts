import type { Recorder } from "@session-ledger/schema_recorder";
import { BATCH_BYTES_MAX, BATCH_LINES_MAX, type EventToAppend } from "@session-ledger/session_contract";
import { isOpen } from "@session-ledger/session_domain";
import { isLogRefusal } from "../log_refusals.ts";
import { Unmappable } from "../unmappable.ts";
import { assertAdmitted } from "./admission_rehearsal.ts";
import { inBatches, lineBytesMax } from "./batches.ts";
import { compareWithSource } from "./comparison.ts";
import type { UpstreamFile } from "./upstream_files.ts";
import { readUpstreamLog, withSystemEnd } from "./upstream_log.ts";

/**
 * What became of an upstream log. `finished`: an earlier import of it was cut off. `grown`: it has more lines than
 * were imported. `conflict`: the ledger's session of these ids is another one.
 */
export type ImportOutcome = "imported" | "finished" | "unchanged" | "grown" | "conflict" | "unmappable";

export interface ImportResult {
  readonly outcome: ImportOutcome;
  /** Relative to the imported folder. */
  readonly file: string;
  readonly user_id: string;
  readonly session_id: string;
  /** How many upstream lines this run recorded. */
  readonly lines: number;
  /** Whether this run ended the session, which upstream never did. */
  readonly ended_by_system: boolean;
  /** The line that `reason` is about, if it is about one. */
  readonly line?: number | null;
  readonly code?: string;
  readonly reason?: string;
}

export interface ImportOptions {
  readonly recorder: Recorder;
  readonly clock: () => number;
  /** Called for each line read. */
  readonly on_line: () => void;
}

/** What one append may hold: a log within it is imported all or not at all. */
const WHOLE_LOG = { lines_max: BATCH_LINES_MAX, bytes_max: BATCH_BYTES_MAX };

/** A longer log is cut into smaller pieces than need be, since every reader keeps a whole batch in memory. */
const PIECE = { lines_max: BATCH_LINES_MAX, bytes_max: 1024 * 1024 };

/**
 * Imports one upstream log, or says why not. The file is read twice, first to know that every line can be recorded
 * and then to record them, so that memory stays bounded and a log is imported whole or not at all.
 * @throws RecorderError when the store fails
 */
export async function importLog(source: UpstreamFile, options: ImportOptions): Promise<ImportResult> {
  try {
    if (source.problem !== undefined) throw new Unmappable(null, source.problem);
    return await importMappable(source, options);
  } catch (error) {
    if (error instanceof Unmappable) {
      return notImported(source, "unmappable", error.line, error.message, error.code);
    }
    if (isLogRefusal(error)) {
      return notImported(source, "conflict", null, error.message, error.code);
    }
    throw error;
  }
}

async function importMappable(source: UpstreamFile, options: ImportOptions): Promise<ImportResult> {
  const { recorder } = options;
  const { lines, is_long } = await survey(source, options);
  const entries = await recorder.find(source.log.session_id);
  const entry = entries.find(({ log }) => log.user_id === source.log.user_id);
  if (entry === undefined) {
    if ((await recorder.erasureOf(source.log.session_id)) !== undefined)
      return notImported(source, "conflict", null, "the session was erased");
    const range = { from: 0, until: lines, expected_seq: 0, is_long };
    return { outcome: "imported", ...identify(source), ...(await record(source, range, options)) };
  }
  const held = await compareWithSource(recorder.read(entry.log), readUpstreamLog(source, lines));
  if (!held.same) return notImported(source, "conflict", held.source_line, held.reason);

  const { matched, promised } = held;
  if (lines < promised) {
    return notImported(source, "conflict", null, `the file had ${promised} lines when its import began`);
  }
  const was_cut = matched < promised || isOpen(entry.state);
  const range = { from: matched, until: promised, expected_seq: entry.state.seq, is_long: true };
  const done = was_cut ? await record(source, range, options) : NOTHING_RECORDED;
  if (lines > promised) {
    const reason = `the file has ${lines} lines, ${promised} were imported before`;
    return { ...notImported(source, "grown", promised + 1, reason), ...done };
  }
  return { outcome: was_cut ? "finished" : "unchanged", ...identify(source), ...done };
}

const NOTHING_RECORDED = { lines: 0, ended_by_system: false };

interface Survey {
  readonly lines: number;
  /** Whether the log needs more than one append, so that its import can be cut off in between. */
  readonly is_long: boolean;
}

/** Reads the whole log and asserts that every line of it can be recorded. */
async function survey(source: UpstreamFile, { clock, on_line }: ImportOptions): Promise<Survey> {
  let lines = 0;
  let events = 0;
  let bytes = 0;
  for await (const event of withSystemEnd(readUpstreamLog(source), clock)) {
    await assertAdmitted(source.log, event);
    events += 1;
    bytes += lineBytesMax(event);
    if (event.imported === undefined) continue;
    lines += 1;
    on_line();
  }
  return { lines, is_long: events > WHOLE_LOG.lines_max || bytes > WHOLE_LOG.bytes_max };
}

interface SourceRange {
  /** How many lines are recorded already. */
  readonly from: number;
  /** The last line to record. */
  readonly until: number;
  readonly expected_seq: number;
  readonly is_long: boolean;
}

async function record(
  source: UpstreamFile,
  { from, until, expected_seq, is_long }: SourceRange,
  { recorder, clock }: ImportOptions,
): Promise<{ lines: number; ended_by_system: boolean }> {
  const events = skip(withSystemEnd(readUpstreamLog(source, until), clock), from);
  let seq = expected_seq;
  let ended_by_system = false;
  for await (const batch of inBatches(events, is_long ? PIECE : WHOLE_LOG)) {
    const to_record = is_long && seq === 0 ? withPromise(batch, until) : batch;
    await recorder.append(source.log, to_record, { expected_seq: seq });
    seq += batch.length;
    ended_by_system = batch.at(-1)?.imported === undefined;
  }
  return { lines: until - from, ended_by_system };
}

/** Says on the first line how many lines the import sets out to record, so that a later run can finish it. */
function withPromise(batch: readonly EventToAppend[], source_lines: number): readonly EventToAppend[] {
  const [first, ...others] = batch;
  return [{ ...first!, imported: { ...first!.imported!, source_lines } }, ...others];
}

async function* skip(
  events: AsyncIterable<EventToAppend>,
  count: number,
): AsyncGenerator<EventToAppend, void> {
  let index = 0;
  for await (const event of events) {
    if (index >= count) yield event;
    index += 1;
  }
}

function identify({ file, log }: UpstreamFile) {
  return { file, user_id: log.user_id, session_id: log.session_id };
}

function notImported(
  source: UpstreamFile,
  outcome: ImportOutcome,
  line: number | null,
  reason: string,
  code?: string,
): ImportResult {
  return {
    outcome,
    ...identify(source),
    ...NOTHING_RECORDED,
    line,
    ...(code !== undefined && { code }),
    reason,
  };
}
