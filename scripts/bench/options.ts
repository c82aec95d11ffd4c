import { tmpdir } from "node:os";
import { parseArgs } from "node:util";

/** The groups of measures, in the order in which they run. */
export const MEASURES = [
  "http",
  "recorder",
  "replay",
  "start",
  "lists",
  "anonymous",
  "backend",
  "long",
  "beside",
  "erase",
  "slow",
] as const;
export type MeasureName = (typeof MEASURES)[number];

export interface BenchOptions {
  readonly long: boolean;
  readonly measures: readonly MeasureName[];
  /** Where the measured files stand: on the disk that is to be measured. */
  readonly folder: string;
}

export const USAGE = `npm run bench -- [options]

  --long              larger loads: some 20 minutes in place of 3
  --only NAME,NAME    of ${MEASURES.join(", ")}
  --folder FOLDER     where the measured files stand (default: the system's temporary folder)`;

/** What was asked for; undefined for the usage. @throws Error for what cannot be meant */
export function readOptions(words: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...words],
    options: {
      long: { type: "boolean", default: false },
      only: { type: "string" },
      folder: { type: "string", default: tmpdir() },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const names = values.only?.split(",") ?? MEASURES;
  const unknown = names.filter((name) => !MEASURES.some((measure) => measure === name));
  if (unknown.length > 0) throw new Error(`no such measure: ${unknown.join(", ")}\n\n${USAGE}`);
  return {
    long: values.long,
    measures: MEASURES.filter((measure) => names.includes(measure)),
    folder: values.folder,
  };
}
