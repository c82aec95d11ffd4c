import { jsonText } from "./printable.ts";

/** How far a long command has come. On a terminal it is a bar, otherwise at most one JSON line a second. */
export interface Progress {
  /** So many more lines were read or written. */
  lines(count: number): void;
  /** One more log is done. */
  log(): void;
  stop(): void;
}

export interface ProgressOptions {
  readonly command: string;
  readonly stream: NodeJS.WritableStream & { readonly isTTY?: boolean };
  /** Whether a bar may be drawn; not where results appear on the same terminal meanwhile. */
  readonly bar: boolean;
  /** How many logs there are. Asked only for a bar, which alone needs it. */
  readonly count: () => Promise<number>;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
}

const REPORT_INTERVAL_MS = 1_000;

export async function startProgress(options: ProgressOptions): Promise<Progress> {
  if (options.stream.isTTY !== true) return reportInJson(options);
  return options.bar ? drawBar(options) : SILENT;
}

const SILENT: Progress = { lines: () => undefined, log: () => undefined, stop: () => undefined };

async function drawBar({ command, stream, count }: ProgressOptions): Promise<Progress> {
  const { default: cliProgress } = await import("cli-progress");
  const bar = new cliProgress.SingleBar({
    stream,
    format: `${command} [{bar}] {value}/{total} logs`,
    clearOnComplete: true,
    hideCursor: true,
  });
  bar.start(await count(), 0);
  return { lines: () => undefined, log: () => bar.increment(), stop: () => bar.stop() };
}

function reportInJson({ command, stream, now = () => performance.now() }: ProgressOptions): Progress {
  const started_ms = now();
  let reported_ms = started_ms;
  let lines = 0;
  let logs = 0;
  const report = () => {
    const now_ms = now();
    if (now_ms - reported_ms < REPORT_INTERVAL_MS) return;
    reported_ms = now_ms;
    const seconds = Math.round((now_ms - started_ms) / 1_000);
    stream.write(`${jsonText({ progress: { command, logs, lines, seconds } })}\n`);
  };
  return {
    lines: (count) => {
      lines += count;
      report();
    },
    log: () => {
      logs += 1;
      report();
    },
    stop: () => undefined,
  };
}
