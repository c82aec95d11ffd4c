import type { Writable } from "node:stream";

/** Where a command's results go, one line at a time. */
export interface Output {
  /** Whether a person reads along. */
  readonly is_terminal: boolean;
  /** Resolves once the line was taken, so that a slow reader slows the command. Rejects with EPIPE once no one reads. */
  line(text: string): Promise<void>;
}

export function createOutput(stream: Writable & { readonly isTTY?: boolean }): Output {
  // A failed write is told to its own caller; without a listener the event would end the process as well.
  stream.on("error", () => undefined);
  return {
    is_terminal: stream.isTTY === true,
    line: (text) =>
      new Promise((resolve, reject) => {
        stream.write(`${text}\n`, (error) => (error ? reject(error) : resolve()));
      }),
  };
}
