import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ErrorCode } from "./error_codes.ts";
import { assertExactJson, JsonMalformed, JsonRefused, parseJson } from "./json.ts";
import { JSON_DEPTH_MAX } from "./limits.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (text: string) => parseJson(bytesOf(text));
const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);

/** The code with which `act` is refused. */
function refusalOf(act: () => unknown): ErrorCode | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof JsonRefused) return error.code;
    throw error;
  }
  return undefined;
}

test("any JSON value is parsed as JSON.parse does", () => {
  const exact = fc
    .jsonValue({ stringUnit: "binary" })
    .filter((value) => refusalOf(() => assertExactJson(value)) === undefined);
  fc.assert(
    fc.property(exact, (value) => {
      const text = JSON.stringify(value);
      expect(parse(text)).toEqual(JSON.parse(text));
    }),
  );
});

describe("depth", () => {
  test("64 levels are taken, as arrays and as objects", () => {
    expect(() => parse(nested(JSON_DEPTH_MAX))).not.toThrow();
    expect(() => parse('{"a":'.repeat(JSON_DEPTH_MAX) + 0 + "}".repeat(JSON_DEPTH_MAX))).not.toThrow();
  });

  test("65 levels are refused, as arrays and as objects", () => {
    expect(refusalOf(() => parse(nested(JSON_DEPTH_MAX + 1)))).toBe("JSON_TOO_DEEP");
    const objects = '{"a":'.repeat(JSON_DEPTH_MAX + 1) + 0 + "}".repeat(JSON_DEPTH_MAX + 1);
    expect(refusalOf(() => parse(objects))).toBe("JSON_TOO_DEEP");
  });

  test("depth is judged before the text is parsed, so text that is not JSON is refused for it too", () => {
    expect(refusalOf(() => parse("[".repeat(JSON_DEPTH_MAX + 1)))).toBe("JSON_TOO_DEEP");
  });

  test("5 million brackets are refused without reading them all", () => {
    const bytes = new Uint8Array(5_000_000).fill("[".charCodeAt(0));
    let reads = 0;
    const counted = new Proxy(bytes, {
      get(target, key) {
        reads += 1;
        return Reflect.get(target, key, target);
      },
    });
    expect(refusalOf(() => parseJson(counted))).toBe("JSON_TOO_DEEP");
    expect(reads).toBeLessThan(1_000);
  });

  test("brackets within strings do not count, nor does an escaped quote end a string", () => {
    expect(parse(JSON.stringify("[".repeat(100)))).toBe("[".repeat(100));
    expect(parse(JSON.stringify(`"${"{".repeat(100)}`))).toBe(`"${"{".repeat(100)}`);
    expect(parse(JSON.stringify(["\\", "[".repeat(100)]))).toEqual(["\\", "[".repeat(100)]);
  });

  test("an escaped backslash before a quote does end a string", () => {
    expect(refusalOf(() => parse(`["\\\\",${nested(JSON_DEPTH_MAX)}]`))).toBe("JSON_TOO_DEEP");
  });

  test("siblings do not add up", () => {
    expect(() => parse(`[${Array(1_000).fill("[[]]").join()}]`)).not.toThrow();
  });

  test("a value that a program made is refused at the same depth, cycles included", () => {
    expect(() => assertExactJson(JSON.parse(nested(JSON_DEPTH_MAX)))).not.toThrow();
    expect(refusalOf(() => assertExactJson(JSON.parse(nested(JSON_DEPTH_MAX + 1))))).toBe("JSON_TOO_DEEP");
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    expect(refusalOf(() => assertExactJson(cycle))).toBe("JSON_TOO_DEEP");
  });
});

describe("numbers", () => {
  test.each(["1e999", "-1e999", "9007199254740992", "-9007199254740992", "9007199254740993", "1e20"])(
    "%s is refused wherever it stands",
    (number) => {
      for (const text of [number, `[0,${number}]`, `{"a":{"b":[${number}]}}`]) {
        expect(refusalOf(() => parse(text))).toBe("JSON_NUMBER_INEXACT");
      }
    },
  );

  test.each(["9007199254740991", "-9007199254740991", "0.1", "1e-7", "1.5e10"])("%s is taken", (number) => {
    expect(parse(number)).toBe(Number(number));
  });

  test("a program's NaN is refused", () => {
    expect(refusalOf(() => assertExactJson([Number.NaN]))).toBe("JSON_NUMBER_INEXACT");
  });
});

describe("keys", () => {
  test.each(['{"__proto__":1}', '{"\\u005f_proto_\\u005f":1}', '[{"a":{"__proto__":{"admin":true}}}]'])(
    "%s is refused",
    (text) => {
      expect(refusalOf(() => parse(text))).toBe("JSON_KEY_FORBIDDEN");
    },
  );

  test("the text __proto__ is no key, and constructor is a key like any other", () => {
    expect(parse('{"constructor":"__proto__"}')).toEqual({ constructor: "__proto__" });
  });
});

describe("text", () => {
  test.each([
    ["a byte that begins nothing", [0x22, 0xff, 0x22]],
    ["an overlong slash", [0x22, 0xc0, 0xaf, 0x22]],
    ["a surrogate in UTF-8", [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ["a cut sequence", [0x22, 0xe2, 0x82, 0x22]],
    ["a byte order mark", [0xef, 0xbb, 0xbf, 0x31]],
    ["UTF-16", [0x22, 0x00, 0x61, 0x00, 0x22, 0x00]],
    ["nothing", []],
  ])("%s is malformed", (_, bytes) => {
    expect(() => parseJson(Uint8Array.from(bytes))).toThrow(JsonMalformed);
  });

  test.each(["{", "1 2", "{'a':1}", "[1,]", '"\n"', "NaN", "\u00a01", "]"])("%j is malformed", (text) => {
    expect(() => parse(text)).toThrow(JsonMalformed);
  });

  test("the error for malformed text repeats nothing of it", () => {
    expect(() => parse("<secret>")).toThrow(/^The text is not JSON in UTF-8\.$/);
  });

  test("lone surrogates, NUL and unnormalised text are taken as they are", () => {
    expect(parse('"\\ud800"')).toBe("\ud800");
    expect(parse('{"\\udfff":"\\u0000"}')).toEqual({ "\udfff": "\u0000" });
    expect(parse('"e\u0301"')).toBe("e\u0301");
  });
});

test.each([
  ["undefined", { a: undefined }],
  ["a function", [() => 1]],
  ["a bigint", 1n],
  ["a symbol", Symbol("s")],
  ["a date", { at: new Date(0) }],
  ["a map", new Map()],
  ["bytes", new Uint8Array(1)],
])("%s is not JSON", (_, value) => {
  expect(refusalOf(() => assertExactJson(value))).toBe("JSON_VALUE_UNSUPPORTED");
});

test("an object without a prototype is JSON", () => {
  expect(() => assertExactJson(Object.assign(Object.create(null), { a: 1 }))).not.toThrow();
});

describe("a key that an object has twice", () => {
  test.each(['{"a":1,"a":1}', '[{"b":{"a":1,"c":2,"\\u0061":3}}]', '{"a":":","a":"{"}'])(
    "%s is refused",
    (text) => {
      expect(refusalOf(() => parse(text))).toBe("JSON_KEY_FORBIDDEN");
    },
  );

  test("is not the same key in two objects, nor a colon in a string", () => {
    const text = '{"a":{"a":[{"a":":"},{"a":"\\":"}]},"":"::"}';
    expect(parse(text)).toEqual(JSON.parse(text));
  });
});
