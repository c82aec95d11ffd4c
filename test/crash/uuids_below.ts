import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g;

/** Every UUID in the names and bytes of all files below a folder. A server that only reads may run on it. */
export async function uuidsBelow(folder: string): Promise<Set<string>> {
  const uuids = new Set<string>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const content = entry.isFile() ? await readFile(join(entry.parentPath, entry.name), "latin1") : "";
    for (const [uuid] of `${entry.name}\n${content}`.matchAll(UUID)) uuids.add(uuid);
  }
  return uuids;
}
