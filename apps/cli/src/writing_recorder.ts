import { openRecorder, type Recorder, RecorderError } from "@session-ledger/schema_recorder";

/**
 * Does work that writes, as the one writer of the log root.
 * @throws RecorderError `LOG_ROOT_LOCKED`, `STORE_UNAVAILABLE`
 */
export async function withRecorder<Result>(
  log_root: string,
  work: (recorder: Recorder) => Promise<Result>,
): Promise<Result> {
  const recorder = await openRecorder({ root: log_root });
  try {
    const readiness = await recorder.readiness();
    if (!readiness.ready) throw new RecorderError("STORE_UNAVAILABLE", readiness.reason);
    return await work(recorder);
  } finally {
    await recorder.close();
  }
}
