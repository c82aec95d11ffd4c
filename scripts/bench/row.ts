import { median } from "./statistics.ts";

/** One line of the benchmark's table. */
export interface Row {
  readonly measure: string;
  readonly ours: string;
  readonly peer: string;
  /** Ours against the peer's, measured in the same round; the median of the rounds. */
  readonly ratio?: number;
  readonly reach: string;
  /** Absent where nothing was measured, or nothing is to be reached. */
  readonly reached?: boolean;
  readonly bound_by: string;
}

/** What one round measured of both sides: the more, the better. */
export interface Round {
  readonly ours: number;
  readonly peer: number;
}

/** A row of rates. Ratios are taken within a round, since what disturbs one side disturbs the other too. */
export function rateRow(
  row: Pick<Row, "measure" | "bound_by"> & { readonly peer_name: string; readonly unit: string },
  rounds: readonly Round[],
  ratio_min: number,
): Row {
  const ratio = median(rounds.map(({ ours, peer }) => ours / peer));
  const told = (values: readonly number[]): string => `${rounded(median(values))} ${row.unit}`;
  return {
    measure: row.measure,
    ours: told(rounds.map(({ ours }) => ours)),
    peer: `${row.peer_name}: ${told(rounds.map(({ peer }) => peer))}`,
    ratio,
    reach: `at least ${ratio_min}`,
    reached: ratio >= ratio_min,
    bound_by: row.bound_by,
  };
}

/** In place of the rows of measures that could not be taken. */
export function failedRow(name: string, error: unknown): Row {
  const why = error instanceof Error ? error.message : String(error);
  return {
    measure: name,
    ours: "failed",
    peer: "",
    reach: "",
    reached: false,
    bound_by: why.split("\n", 1)[0]!,
  };
}

/** A number as a table shows it: whole from 100 on, with thousands set apart; else with up to three digits. */
export function rounded(value: number): string {
  const form = value >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 };
  return value.toLocaleString("en", form);
}
