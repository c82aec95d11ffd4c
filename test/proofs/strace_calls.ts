// Reads what `strace -f -yy -s <much>` wrote. A call that another thread's line interrupts is printed in two parts,
// `... <unfinished ...>` and `<... name resumed> ...`; they are put together, and the call keeps both places: it had
// not begun before the first and was over at the second. strace prints a line while the thread is stopped at the
// entry or the exit of the call, so the order of the lines is the order of what happened.

/** A system call as it was traced. */
export interface TracedCall {
  readonly name: string;
  /** What stands between the call's brackets, strings escaped as strace does. */
  readonly words: string;
  /** The returned number; negative for an error, undefined if the thread ended in the call. */
  readonly result: number | undefined;
  /** strace returned this in place of the kernel: nothing was done. */
  readonly injected: boolean;
  /** The number of the line on which it began, and on which it ended. */
  readonly began: number;
  readonly ended: number;
}

/** A place in a call's life. `began` comes to the analysis before anything that follows the call's entry. */
export type Moment = { readonly at: "began" | "ended"; readonly call: TracedCall };

const WHOLE = /^(\d+) +(\w+)\((.*)\) += (-?\d+|\?)(.*)$/s;
const UNFINISHED = /^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$/s;
const RESUMED = /^(\d+) +<\.\.\. (\w+) resumed>(.*)\) += (-?\d+|\?)(.*)$/s;

/** Every call of a trace. Lines that are no calls (signals, exits) are left out. */
export function parseCalls(lines: Iterable<string>): TracedCall[] {
  const calls: TracedCall[] = [];
  const unfinished = new Map<string, { name: string; words: string; began: number }>();
  let place = 0;
  for (const line of lines) {
    place += 1;
    const whole = WHOLE.exec(line);
    const begun = whole === null ? UNFINISHED.exec(line) : null;
    const resumed = whole === null && begun === null ? RESUMED.exec(line) : null;
    if (whole !== null) {
      const [, , name, words, result, rest] = whole as unknown as string[];
      calls.push({ name: name!, words: words!, ...outcome(result!, rest!), began: place, ended: place });
    } else if (begun !== null) {
      const [, thread, name, words] = begun as unknown as string[];
      unfinished.set(thread!, { name: name!, words: words!, began: place });
    } else if (resumed !== null) {
      const [, thread, , words, result, rest] = resumed as unknown as string[];
      const { name, words: first, began } = unfinished.get(thread!)!;
      unfinished.delete(thread!);
      calls.push({ name, words: first + words, ...outcome(result!, rest!), began, ended: place });
    }
  }
  return calls;
}

/** The entries and exits of calls in the order in which they happened. */
export function momentsOf(calls: readonly TracedCall[]): Moment[] {
  const moments = calls.flatMap((call): [number, Moment][] => [
    [call.began * 2, { at: "began", call }],
    [call.ended * 2 + 1, { at: "ended", call }],
  ]);
  return moments.sort(([first], [second]) => first - second).map(([, moment]) => moment);
}

/** The path, or the socket, that `-yy` shows for the first descriptor of a call: `12</a/b>` or `17<TCP:[...]>`. */
export function fileOf(words: string): string | undefined {
  return /^(?:AT_FDCWD|\d+)<((?:[^<>]|->)*)>/.exec(words)?.[1];
}

/** The first quoted string of a call. */
export function quotedIn(words: string): string | undefined {
  return /"((?:[^"\\]|\\.)*)"/.exec(words)?.[1];
}

function outcome(result: string, rest: string): { result: number | undefined; injected: boolean } {
  return { result: result === "?" ? undefined : Number(result), injected: rest.includes("(INJECTED)") };
}
