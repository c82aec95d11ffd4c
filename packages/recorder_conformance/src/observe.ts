import type { LogName, Recorder } from "@session-ledger/schema_recorder";
import type { ErrorCode, Line } from "@session-ledger/session_contract";
import { expect } from "vitest";

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

export async function readAll(recorder: Recorder, log: LogName): Promise<Line[]> {
  return collect(recorder.read(log));
}

export function seqsOf(lines: readonly Line[]): number[] {
  return lines.map(({ seq }) => seq);
}

/** The whole numbers from `first` to `last`. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

export async function expectCode(outcome: Promise<unknown>, code: ErrorCode): Promise<void> {
  await expect(outcome).rejects.toMatchObject({ code });
}

/** Expects that nothing shows of a log, in any way a log shows. */
export async function expectNoLog(recorder: Recorder, log: LogName): Promise<void> {
  await expectCode(readAll(recorder, log), "LOG_NOT_FOUND");
  expect(await collect(recorder.logs())).not.toContainEqual(log);
  expect((await recorder.find(log.session_id)).map((entry) => entry.log)).not.toContainEqual(log);
}

/** Expects that one outcome was fulfilled and every other one rejected with `code`; gives the winner's value. */
export function expectOneWinner<T>(outcomes: readonly PromiseSettledResult<T>[], code: ErrorCode): T {
  const winners = outcomes.filter((outcome) => outcome.status === "fulfilled");
  const losses = outcomes.filter((outcome) => outcome.status === "rejected");
  expect(losses.map(({ reason }) => (reason as { code?: unknown }).code)).toEqual(losses.map(() => code));
  expect(winners).toHaveLength(1);
  return winners[0]!.value;
}
