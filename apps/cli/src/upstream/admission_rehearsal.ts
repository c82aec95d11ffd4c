import { createMemoryRecorder, type LogName, RecorderError } from "@session-ledger/schema_recorder";
import type { EventToAppend } from "@session-ledger/session_contract";
import { Unmappable } from "../unmappable.ts";

/**
 * Asserts that the recorder will take an event, by recording it in an empty recorder without a disk. A refusal in
 * the middle of a long import would leave half a session, so it must be known before the first append.
 * @throws Unmappable
 */
export async function assertAdmitted(log: LogName, event: EventToAppend): Promise<void> {
  const recorder = createMemoryRecorder();
  try {
    await recorder.append(log, [event], { expected_seq: 0 });
  } catch (error) {
    if (!(error instanceof RecorderError)) throw error;
    throw new Unmappable(event.imported?.source_line ?? null, error.detail, error.code);
  } finally {
    await recorder.close();
  }
}
