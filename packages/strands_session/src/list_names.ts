// Keys that begin alike are kept in one list, which is one session of the ledger. The SDK's keys of a session begin with
// `session/<id>/`, so each of its sessions is one of the ledger's. A list's name is the id of its session:
//
//   strands-<name>       the first segments of its keys, every byte but letters, digits and `-` as `_` and two hex digits
//   strands-__<sha256>   those of longer ones
//
// Records have their keys in full, so a list may hold keys of any beginning, and nothing hangs on the way back.
import { hash } from "node:crypto";

/** What the name of every list begins with. */
export const LIST_PREFIX = "strands-";

/** A longer one would not be told by the name of its log's file. */
const LIST_CHARACTERS_MAX = 200;

/** How many segments of a key name its list; the last segment is never one of them. */
const SEGMENTS_MAX = 2;

/** The list that a key is kept in. */
export function listOf(key: string): string {
  return nameOf(beginningOf(key));
}

/** Whether a list may have keys that begin with `prefix`. */
export function mayHave(list: string, prefix: string): boolean {
  if (prefix.split("/").length > SEGMENTS_MAX) return list === listOf(prefix);
  const name = list.slice(LIST_PREFIX.length);
  if (name.startsWith("__")) return true;
  const beginning = name === "" ? "" : `${decodeURIComponent(name.replaceAll("_", "%"))}/`;
  return beginning.startsWith(prefix) || prefix.startsWith(beginning);
}

function beginningOf(key: string): string {
  const segments = key.split("/");
  return segments.slice(0, Math.min(SEGMENTS_MAX, segments.length - 1)).join("/");
}

function nameOf(beginning: string): string {
  const list = LIST_PREFIX + beginning.replace(/[^A-Za-z0-9-]/gu, escapeCharacter);
  if (list.length <= LIST_CHARACTERS_MAX && beginning.isWellFormed()) return list;
  return `${LIST_PREFIX}__${hash("sha256", Buffer.from(beginning, "utf16le"), "hex")}`;
}

function escapeCharacter(character: string): string {
  return Buffer.from(character).toString("hex").replace(/../g, "_$&");
}
