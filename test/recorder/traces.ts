import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Every file and folder below a root whose name or content holds one of the texts, with what it holds. */
export async function tracesOf(root: string, texts: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const content = entry.isFile() ? await readFile(path) : Buffer.alloc(0);
    for (const text of texts) {
      if (entry.name.includes(text) || content.includes(text)) found.push(`${path}: ${text}`);
    }
  }
  return found;
}
