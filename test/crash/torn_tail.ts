import { appendFile, readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** The start of a line, as a write that was cut leaves it. No event of the clients holds such text. */
const FRAGMENT =
  '{"seq":999999,"recorded_at":"2026-11-21T09:31:00.000Z","type":"message.appended","event":{"torn';

/** A log whose last line was cut, as a power cut leaves it: SIGKILL alone nearly never does. */
export interface TornTail {
  readonly path: string;
  /** The length of the log before the cut line. */
  readonly bytes: number;
}

/** Leaves a cut line at the end of a log. No process may have the log root. */
export async function tearTail(path: string): Promise<TornTail> {
  const { size } = await stat(path);
  await appendFile(path, FRAGMENT);
  return { path, bytes: size };
}

/**
 * Whether a recovery mended a torn tail: the cut line is gone from the log, and kept beside it. It is not kept where
 * the journal knew a whole line for its place: then the log is longer than it was before.
 */
export async function isMended({ path, bytes }: TornTail): Promise<boolean> {
  const log = await readFile(path, "latin1");
  if (log.includes(FRAGMENT)) return false;
  if (log.length > bytes) return true;
  const files = await readdir(dirname(path));
  const kept = files.filter((name) => name.startsWith(`${basename(path)}.torn-`));
  const texts = await Promise.all(kept.map((name) => readFile(join(dirname(path), name), "latin1")));
  return texts.some((text) => text.endsWith(FRAGMENT));
}
