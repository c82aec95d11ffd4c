import fc from "fast-check";
import { expect, test } from "vitest";
import { splitLines } from "./source_lines.ts";

async function split(bytes: Buffer, chunk_bytes = 7): Promise<string[]> {
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += chunk_bytes) yield bytes.subarray(at, at + chunk_bytes);
  }
  const lines: string[] = [];
  for await (const line of splitLines(chunks())) {
    lines.push(line.bytes.toString());
    expect(line.number).toBe(lines.length);
  }
  return lines;
}

test("a byte order mark at the start and carriage returns at the ends are taken away", async () => {
  expect(await split(Buffer.from("\ufeffone\r\ntwo\r\n\ufeffthree\n"))).toEqual([
    "one",
    "two",
    "\ufeffthree",
  ]);
});

test("only 0x0A ends a line", async () => {
  expect(await split(Buffer.from("a\rb\u2028c\u0085d\n"))).toEqual(["a\rb\u2028c\u0085d"]);
});

test("a last line without its end is given out", async () => {
  expect(await split(Buffer.from("one\ntw"))).toEqual(["one", "tw"]);
  expect(await split(Buffer.from("one\n"))).toEqual(["one"]);
});

test("lines are the same however the bytes come in chunks", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom("a", "é", "\n", "\r", "\r\n")),
      fc.nat({ max: 9 }),
      async (parts, size) => {
        const bytes = Buffer.from(parts.join(""));
        expect(await split(bytes, size + 1)).toEqual(await split(bytes, bytes.length + 1));
      },
    ),
  );
});
