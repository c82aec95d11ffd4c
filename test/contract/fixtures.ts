import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CONTRACT_SCHEMAS } from "@session-ledger/session_contract";

export type SchemaName = keyof typeof CONTRACT_SCHEMAS;

const FOLDER = join(import.meta.dirname, "../../schemas/fixtures");

/**
 * A fixture file, `<schema>.<case>.json`. It serves readers in other languages too, so it is plain JSON: the
 * schema's name, why the value is or is not valid, and the value.
 */
export interface Fixture {
  readonly schema: SchemaName;
  readonly why: string;
  /** In an invalid fixture: the one place where the fault is, dotted; empty for the whole value. */
  readonly at?: string;
  readonly value: unknown;
}

/** A fixture and the file it stands in. */
export interface FixtureFile {
  readonly name: string;
  readonly fixture: Fixture;
}

/** Reads the fixtures of a folder, in the order of their names. */
export function readFixtures(folder: "valid" | "invalid"): FixtureFile[] {
  const names = readdirSync(join(FOLDER, folder)).sort();
  return names.map((name) => {
    const fixture = JSON.parse(readFileSync(join(FOLDER, folder, name), "utf8")) as Fixture;
    return { name, fixture };
  });
}
