// A disk that is as slow as a test wants, loaded into the server with `--import`: no sync of a file's content is
// made while the file that SYNC_GATE names stands.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const gate = process.env["SYNC_GATE"]!;
const LOOK_MS = 5;
const sync = fs.fdatasyncSync;
const never = new Int32Array(new SharedArrayBuffer(4));

fs.fdatasyncSync = (file) => {
  while (fs.existsSync(gate)) Atomics.wait(never, 0, 0, LOOK_MS);
  sync(file);
};
syncBuiltinESMExports();
