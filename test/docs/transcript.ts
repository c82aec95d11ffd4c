// The README's commands and what it says they answer, as steps that can be carried out. A block marked `start` or
// `stop` does that to the server; a block marked `run` holds commands, and the block after it holds their output.
import { type Fence, fencesOf } from "./markdown.ts";

export type Step =
  | { readonly act: "start" }
  | { readonly act: "stop" }
  | { readonly act: "run"; readonly commands: string; readonly output: string };

/** Programs are run apart from the commands, each on a ledger without a past. */
const EXAMPLE = "example";

export function stepsOf(page: string): Step[] {
  const fences = fencesOf(page);
  return fences.flatMap((fence, at) =>
    fence.marks.filter((mark) => mark !== EXAMPLE).map((mark) => toStep(mark, fence, fences[at + 1])),
  );
}

function toStep(mark: string, fence: Fence, next: Fence | undefined): Step {
  if (fence.info !== "sh") throw new Error(`A block marked ${mark} is not of sh: ${fence.text}`);
  switch (mark) {
    case "start":
    case "stop":
      return { act: mark };
    case "run":
      if (next?.info !== "text") throw new Error(`No output follows: ${fence.text}`);
      return { act: "run", commands: fence.text, output: next.text };
    default:
      throw new Error(`There is no mark ${mark}`);
  }
}

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b/g;
const SESSION_ID = /\bsess_[0-9a-f]{16}\b/g;
const HASH = /\b[0-9a-f]{64}\b/g;
const SERVER_TIME = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g;

/**
 * Takes out of a transcript what differs from run to run. Ids and hashes are numbered in the order in which they
 * appear, so that two transcripts are equal only if the same ids stand in the same places.
 */
export function withoutChance(transcript: string): string {
  return numbered(numbered(numbered(transcript, UUID, "uuid"), SESSION_ID, "session"), HASH, "hash").replace(
    SERVER_TIME,
    "<time>",
  );
}

function numbered(text: string, pattern: RegExp, name: string): string {
  const numbers = new Map<string, number>();
  return text.replace(pattern, (value) => {
    const number = numbers.get(value) ?? numbers.size + 1;
    numbers.set(value, number);
    return `<${name} ${number}>`;
  });
}
