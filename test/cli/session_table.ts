import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tempRoot } from "../support/temp_root.ts";

const HEADER = "id,user_id,status,created_at,updated_at,deleted_at";

/** A table of one session in each state, in the forms in which databases write them. */
export const EACH_STATE = [
  HEADER,
  "sess_00000000000000a1,ada,active,2026-03-15T10:30:00+01:00,2026-03-15T10:30:00+01:00,",
  "sess_00000000000000b1,bob,paused,2026-03-15 09:30:00,2026-03-15 10:00:00,",
  "sess_00000000000000c1,cyd,ended,2026-03-15 09:30:00,2026-03-15 10:00:00,NULL",
  "sess_00000000000000d1,dee,deleted,2026-03-15 09:30:00,2026-03-15 10:00:00,2026-03-16 00:00:00",
  "exec_20260315_093000_0123abcd,ada,completed,2026-03-15 09:30:00.5,2026-03-15 10:00:00+00,",
  "",
].join("\n");

/** Writes a table to a folder of its own, and gives its path. */
export async function writeTable(name: string, text: string): Promise<string> {
  const path = join(await tempRoot(), name);
  await writeFile(path, text);
  return path;
}

/** A table of ended sessions, each of a user of its own. */
export function endedSessions(count: number): string {
  const rows = Array.from({ length: count }, (_, index) => {
    const id = `sess_${index.toString(16).padStart(16, "0")}`;
    return `${id},user-${index},ended,2026-03-15 09:30:00,2026-03-15 10:00:00,\n`;
  });
  return `${HEADER}\n${rows.join("")}`;
}
