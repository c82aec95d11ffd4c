/**
 * What a log may hold and a terminal would obey: controls (C0, DEL, C1), line separators, the marks that turn the
 * direction of text, and halves of surrogate pairs.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/gu;

/** Text from a log, or from anyone else, as it is safe to show: what a terminal would obey is written as `\uXXXX`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, toEscape);
}

/** A value as JSON on one line, safe to show too. The escapes stand inside JSON strings, so the value is the same. */
export function jsonText(value: unknown): string {
  return printable(JSON.stringify(value));
}

function toEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
