import { openRecorder, type SessionEntry } from "@session-ledger/schema_recorder";

/** What a start made of the catalog. */
export interface CatalogAnswers {
  /** Everything that a recorder answers from its catalog. */
  readonly told: unknown;
  /** How many logs were read to rebuild it: 0 if it was relied on. */
  readonly rebuilt: number;
}

/** Opens a root, asks for everything about the sessions of these ids, and stops. */
export async function catalogAnswers(root: string, session_ids: readonly string[]): Promise<CatalogAnswers> {
  let rebuilt = 0;
  const recorder = await openRecorder({
    root,
    on_rebuild: (logs) => {
      rebuilt = logs;
    },
  });
  const entries = await Array.fromAsync(recorder.sessions());
  const open = await Array.fromAsync(recorder.sessions({ holding_claim: true }));
  const found: (readonly SessionEntry[])[] = [];
  for (const session_id of session_ids) found.push(await recorder.find(session_id));
  const holders: unknown[] = [];
  for (const { log } of byName(entries)) holders.push(await recorder.holderOf(`active:${log.user_id}`));
  await recorder.close();
  return { told: { entries: byName(entries), open: byName(open), found, holders }, rebuilt };
}

function byName(entries: readonly SessionEntry[]): SessionEntry[] {
  const nameOf = ({ log }: SessionEntry): string => `${log.user_id}/${log.session_id}`;
  return entries.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}
