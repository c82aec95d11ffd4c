/** A fenced block of a page. */
export interface Fence {
  /** What stands after the opening fence, such as `sh`. */
  readonly info: string;
  readonly text: string;
  /** The words of the `<!-- test: ... -->` comments right before it. */
  readonly marks: readonly string[];
}

const FENCE = /^```(.*)$/;
const MARK = /^<!-- test: (\w+) -->$/;

/** The fenced blocks of a page, in order. A mark belongs to the next block. */
export function fencesOf(page: string): Fence[] {
  const fences: Fence[] = [];
  let marks: string[] = [];
  let open: { info: string; lines: string[] } | undefined;
  for (const line of page.split("\n")) {
    const fence = FENCE.exec(line);
    if (fence === null) {
      const mark = MARK.exec(line)?.[1];
      if (open !== undefined) open.lines.push(line);
      else if (mark !== undefined) marks.push(mark);
    } else if (open === undefined) {
      open = { info: fence[1]!, lines: [] };
    } else {
      fences.push({ info: open.info, text: open.lines.join("\n"), marks });
      open = undefined;
      marks = [];
    }
  }
  if (open !== undefined) throw new Error(`A block is not closed: ${open.lines[0]}`);
  return fences;
}

/** A page without its fenced blocks, where nothing is a link or a heading. */
export function proseOf(page: string): string {
  let is_prose = true;
  const prose = page.split("\n").filter((line) => {
    const is_fence = FENCE.test(line);
    if (is_fence) is_prose = !is_prose;
    return is_prose && !is_fence;
  });
  return prose.join("\n");
}

/** The targets of a page's links that lead into the repository. */
export function relativeLinksOf(page: string): string[] {
  const targets = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!);
  return targets.filter((target) => !/^[a-z][a-z+.-]*:/i.test(target));
}

/** The anchors that a page's headings have, as a forge makes them. */
export function anchorsOf(page: string): Set<string> {
  const headings = [...proseOf(page).matchAll(/^#+ (.+)$/gm)].map((match) => match[1]!);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{Letter}\p{Number}_ -]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );
}

/** A page's sections of one level by their headings. */
export function sectionsOf(page: string, level: number): Map<string, string> {
  const heading = `${"#".repeat(level)} `;
  const sections = new Map<string, string>();
  let current: string | undefined;
  for (const line of page.split("\n")) {
    if (line.startsWith(heading)) current = line.slice(heading.length);
    else if (/^#{1,6} /.test(line) && line.indexOf(" ") < level) current = undefined;
    if (current !== undefined) sections.set(current, `${sections.get(current) ?? ""}${line}\n`);
  }
  return sections;
}
