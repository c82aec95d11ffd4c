import { expect, test } from "vitest";
import { formatTable } from "./table.ts";

test("each column is as wide as its widest cell, and no line ends in blanks", () => {
  const lines = formatTable([{ title: "A" }, { title: "LONG" }, { title: "C" }], [["abc", "x", ""]]);
  expect(lines).toEqual(["A    LONG  C", "abc  x"]);
});

test("a cell keeps to one line and to its column's width", () => {
  const lines = formatTable([{ title: "BY", characters_max: 6 }, { title: "N" }], [["a\nb🖐🖐🖐", "1"]]);
  expect(lines).toEqual(["BY      N", "a\\u00…  1"]);
});
