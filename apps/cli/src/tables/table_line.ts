import type { Unmappable } from "../unmappable.ts";

/** A row as the file has it, before its values are looked at: its cells by column, or why there are none. */
export type TableLine =
  | { readonly line: number; readonly cells: unknown }
  | { readonly line: number; readonly problem: Unmappable };
