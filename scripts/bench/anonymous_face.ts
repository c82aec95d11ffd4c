// Anonymous sessions over HTTP: creations, look-ups and deletions, each beside the echo of a JSON body.
import { type BenchRun, newFolder } from "./bench_run.ts";
import { type FaceLoad, type FaceRequest, loadFace } from "./face_load.ts";
import { besideEcho, type FaceRound, faceRow } from "./face_rows.ts";
import { startEcho, startLedger } from "./measured_process.ts";
import type { Row } from "./row.ts";

const SESSIONS = "/api/v1/sessions";
const CREATION: FaceRequest = { method: "POST", path: SESSIONS, body: "{}", status: 201 };

export async function measureAnonymous(run: BenchRun): Promise<readonly Row[]> {
  const load: FaceLoad = { count: run.long ? 50_000 : 5_000, connections: 64 };
  const folder = await newFolder(run, "anonymous");
  const ledger = await startLedger(`${folder}/root`);
  const echo = await startEcho(folder);
  const creations: FaceRound[] = [];
  const look_ups: FaceRound[] = [];
  const deletions: FaceRound[] = [];
  try {
    run.progress("warming the server up");
    await loadFace(ledger.url, load, () => CREATION);
    for (let round = 1; round <= run.rounds; round += 1) {
      run.progress(`${load.count} anonymous sessions, round ${round} of ${run.rounds}`);
      const ids: string[] = [];
      const keepId = (text: string): void => {
        ids.push((JSON.parse(text) as { session_id: string }).session_id);
      };
      const create = () => loadFace(ledger.url, load, () => CREATION, keepId);
      creations.push(await besideEcho(ledger, echo, load, create));
      const lookUp = () => loadFace(ledger.url, load, (at) => about("GET", ids[at]!, 200));
      look_ups.push(await besideEcho(ledger, echo, load, lookUp));
      const erase = () => loadFace(ledger.url, load, (at) => about("DELETE", ids[at]!, 204));
      deletions.push(await besideEcho(ledger, echo, load, erase));
    }
  } finally {
    await ledger.stop();
    await echo.stop();
  }
  return [
    faceRow("creating anonymous sessions", load, creations),
    faceRow("looking anonymous sessions up", load, look_ups),
    faceRow("erasing anonymous sessions", load, deletions),
  ];
}

function about(method: "GET" | "DELETE", session_id: string, status: number): FaceRequest {
  return { method, path: `${SESSIONS}/${session_id}`, status };
}
