import { readdir, realpath } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { systemCode } from "../disk.ts";

/** Why a folder cannot take a backup of a log root; undefined if it can. A folder that is missing can. */
export async function backupRefusal(root: string, folder: string): Promise<string | undefined> {
  if (await isWithin(root, folder)) return `${folder} stands below the log root`;
  try {
    return (await readdir(folder)).length > 0 ? `${folder} is not empty` : undefined;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    if (systemCode(error) === "ENOTDIR") return `${folder} is not a folder`;
    throw error;
  }
}

async function isWithin(root: string, folder: string): Promise<boolean> {
  const way = relative(await realPlace(root), await realPlace(folder));
  return !isAbsolute(way) && way.split(sep)[0] !== "..";
}

/** Where a path leads once links are followed. What is missing of it is made as it is named. */
async function realPlace(path: string): Promise<string> {
  const absolute = resolve(path);
  const missing: string[] = [];
  for (let standing = absolute; ; standing = dirname(standing)) {
    try {
      return join(await realpath(standing), ...missing);
    } catch (error) {
      if (systemCode(error) !== "ENOENT" && systemCode(error) !== "ENOTDIR") throw error;
      missing.unshift(relative(dirname(standing), standing));
    }
  }
}
