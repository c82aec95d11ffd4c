// Takes the log root given as its argument whenever it is told to, records one event of a shared session if it gets
// it, and holds it. Told again as the holder, it records another event. A holder whose store has failed ends itself.
import { openRecorder, type Recorder } from "@session-ledger/schema_recorder";
import { messageEvent, startedEvent } from "../support/session_events.ts";
import type { Said } from "./racer.ts";
import { SHARED_LOG } from "./shared_log.ts";

const [root] = process.argv.slice(2);
let recorder: Recorder | undefined;

process.on("message", () => {
  void turn().then((said) => process.send!(said));
});
process.send!({ ready: true } satisfies Said);

async function turn(): Promise<Said> {
  try {
    recorder ??= await openRecorder({ root: root!, on_fatal: () => process.exit(4) });
    const expected_seq = (await recorder.find(SHARED_LOG.session_id))[0]?.state.seq ?? 0;
    const event = expected_seq === 0 ? startedEvent(SHARED_LOG) : messageEvent(SHARED_LOG);
    await recorder.append(SHARED_LOG, [event], { expected_seq });
    return { record_id: String(event.event["record_id"]) };
  } catch (error) {
    return { code: String((error as { code?: unknown }).code ?? error) };
  }
}
