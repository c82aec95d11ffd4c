import { type FaceLoad, type FaceLoadResult, type FaceRequest, loadFace } from "./face_load.ts";
import type { MeasuredProcess } from "./measured_process.ts";
import { type Row, rounded } from "./row.ts";
import { median } from "./statistics.ts";

/** One round of a face's operation, and the echo under the same generator right after it. */
export interface FaceRound {
  readonly ours: FaceLoadResult;
  readonly echo: FaceLoadResult;
  /** What a request cost the server on all its threads. */
  readonly cpu_us: number;
}

const ECHO: FaceRequest = { method: "POST", path: "/echo", body: "{}", status: 200 };

/** Runs `send`, which sends a load to the ledger, and then the same number of requests to the echo. */
export async function besideEcho(
  ledger: MeasuredProcess,
  echo: MeasuredProcess,
  load: FaceLoad,
  send: () => Promise<FaceLoadResult>,
): Promise<FaceRound> {
  const cpu_before = ledger.cpuSeconds();
  const ours = await send();
  const cpu_us = ((ledger.cpuSeconds() - cpu_before) * 1e6) / load.count;
  return { ours, echo: await loadFace(echo.url, load, () => ECHO), cpu_us };
}

export function faceRow(operation: string, { connections }: FaceLoad, rounds: readonly FaceRound[]): Row {
  const middle = (of: (round: FaceRound) => number): string => rounded(median(rounds.map(of)));
  const told = (side: "ours" | "echo"): string =>
    `${middle((round) => round[side].requests_per_second)} requests/s, p99 ${middle((round) => round[side].p99_ms)} ms`;
  return {
    measure: `${operation} over HTTP, ${connections} ${connections === 1 ? "connection" : "connections"}`,
    ours: told("ours"),
    peer: `Express 5 JSON echo: ${told("echo")}`,
    ratio: median(rounds.map(({ ours, echo }) => ours.requests_per_second / echo.requests_per_second)),
    reach: "reported",
    bound_by: `CPU of the server: ${middle(({ cpu_us }) => cpu_us)} us a request on all its threads`,
  };
}
