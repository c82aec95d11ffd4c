// A planted fault, loaded into the server with `--import`: a file's content is synced, and no one waits for it.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const LATE_MS = 100;

fs.fdatasyncSync = (file) => {
  setTimeout(() => fs.fdatasync(file, () => {}), LATE_MS);
};
syncBuiltinESMExports();
