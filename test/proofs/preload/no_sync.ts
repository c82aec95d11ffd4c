// A planted fault, loaded into the server with `--import`: no thread of it syncs a file's content.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

fs.fdatasyncSync = () => {};
syncBuiltinESMExports();
