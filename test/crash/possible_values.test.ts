import { beforeEach, expect, test } from "vitest";
import { PossibleValues } from "./possible_values.ts";

let values: PossibleValues;
beforeEach(() => {
  values = new PossibleValues();
  values.submit("s", true);
  values.acknowledge("s", true);
  values.submit("s/a", { n: 1 });
  values.acknowledge("s/a", { n: 1 });
});

test("what was acknowledged must stand, and nothing else", () => {
  expect(values.settle("s", new Map([["s/a", { n: 1 }]]))).toEqual([]);
  expect(values.settle("s", new Map([["s/a", { n: 2 }]]))).toEqual([expect.stringContaining("s/a is")]);
  expect(values.settle("", new Map())).toEqual([expect.stringContaining("s is undefined")]);
  expect(values.settle("", new Map([["x", true]]))).toEqual([expect.stringContaining("x is true")]);
});

test("a command whose answer was lost may have been carried out or not, and is settled by a look", () => {
  values.submit("s/a", { n: 2 });
  expect(values.certainBelow("s")).toEqual([]);
  expect(values.settle("s", new Map([["s/a", { n: 1 }]]))).toEqual([]);
  expect(values.settle("s", new Map([["s/a", { n: 2 }]]))).toEqual([expect.stringContaining("s/a is")]);
});

test("what stood below something that is gone is not asked for", () => {
  values.submit("s", undefined);
  values.acknowledge("s", undefined);
  expect([values.gone(), values.certainBelow(""), values.certainBelow("s")]).toEqual([["s"], [], []]);
  expect(values.settle("", new Map())).toEqual([]);
  expect(values.settle("", new Map([["s", true]]))).toEqual([expect.stringContaining("s is true")]);
});
