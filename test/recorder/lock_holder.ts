// Opens the log root given as its argument, says so, and holds it until it is killed.
import { openRecorder } from "@session-ledger/schema_recorder";

const [root] = process.argv.slice(2);
try {
  const recorder = await openRecorder({ root: root! });
  console.log("held");
  setInterval(() => recorder.faults, 60_000);
} catch (error) {
  console.log((error as { code?: string }).code);
}
