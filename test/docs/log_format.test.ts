import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { fencesOf, sectionsOf } from "./markdown.ts";
import { readPage } from "./repository_pages.ts";

const TRAILER_BYTES = 75;
const EVENT_MARK = ',"event":';

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** What the page says of each line: the table's `P` and `D`, computed as the page tells its reader to. */
function recompute(lines: readonly string[], first: string): { P: string; D: string; holds: boolean }[] {
  let previous = first;
  return lines.map((line) => {
    const head_end = line.indexOf(EVENT_MARK) + EVENT_MARK.length;
    const digest = sha256(line.slice(head_end, -TRAILER_BYTES));
    const stated = line.slice(-66, -2);
    const row = {
      P: previous,
      D: digest,
      holds: stated === sha256(previous + line.slice(0, head_end) + digest),
    };
    previous = stated;
    return row;
  });
}

test("the worked example of the log format can be recomputed by its rules alone", () => {
  const page = readPage("docs/log_format.md");
  const example = sectionsOf(page, 3).get("A worked example") ?? "";
  const lines = (fencesOf(example).find(({ info }) => info === "jsonl")?.text ?? "").split("\n");
  const table = [...example.matchAll(/^\| \d+ \| `([^`]+)` \| `([0-9a-f]{64})` \|$/gm)];

  const rows = recompute(lines, "ada/sess_a3dd0b29e9d6bbfa");

  expect(rows.length).toBe(3);
  expect(rows).toEqual(table.map(([, P, D]) => ({ P, D, holds: true })));
});

test("the log that the README shows holds", () => {
  const log = fencesOf(readPage("README.md")).find(({ text }) => text.startsWith('{"seq":1,'));
  const rows = recompute(log!.text.split("\n"), "ada/sess_a3dd0b29e9d6bbfa");
  expect(rows.map(({ holds }) => holds)).toEqual([true, true, true]);
});
