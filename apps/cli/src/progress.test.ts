import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { startProgress } from "./progress.ts";

function collect() {
  const written: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written.push(String(chunk));
      done();
    },
  });
  return { written, stream };
}

test("without a terminal, progress is at most one JSON line a second, and none of a short run", async () => {
  const { written, stream } = collect();
  let now_ms = 0;
  const progress = await startProgress({
    command: "verify",
    stream,
    bar: true,
    count: () => Promise.reject(new Error("only a bar needs the count")),
    now: () => now_ms,
  });
  for (now_ms = 100; now_ms <= 900; now_ms += 100) progress.lines(1);
  expect(written).toEqual([]);
  for (now_ms = 1_000; now_ms <= 2_500; now_ms += 100) progress.lines(1);
  progress.log();
  progress.stop();
  expect(written.map((line) => JSON.parse(line))).toEqual([
    { progress: { command: "verify", logs: 0, lines: 10, seconds: 1 } },
    { progress: { command: "verify", logs: 0, lines: 20, seconds: 2 } },
  ]);
});

test("a bar that would be drawn between results is left out", async () => {
  const { written, stream } = collect();
  const terminal = Object.assign(stream, { isTTY: true });
  const progress = await startProgress({
    command: "verify",
    stream: terminal,
    bar: false,
    count: async () => 1,
  });
  progress.log();
  progress.stop();
  expect(written).toEqual([]);
});
