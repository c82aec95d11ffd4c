import fc from "fast-check";
import { expect, test } from "vitest";
import { ClientTimeSchema, ServerTimeSchema, toServerTime } from "./time.ts";

/** The instants of the years 0000 to 9999, which is what four digits hold. */
const instant = fc.date({
  min: new Date("0000-01-01T00:00:00.000Z"),
  max: new Date("9999-12-31T23:59:59.999Z"),
  noInvalidDate: true,
});

test("every time that the server writes is a server's time, and a client's too", () => {
  fc.assert(
    fc.property(instant, (date) => {
      const time = toServerTime(date.getTime());
      expect(ServerTimeSchema.safeParse(time).success).toBe(true);
      expect(ClientTimeSchema.safeParse(time).success).toBe(true);
      expect(new Date(time).getTime()).toBe(date.getTime());
    }),
  );
});

test("days that exist are taken and days that do not are refused, in every year", () => {
  const date = fc.record({
    year: fc.nat({ max: 9999 }),
    month: fc.nat({ max: 13 }),
    day: fc.nat({ max: 32 }),
  });
  fc.assert(
    fc.property(date, ({ year, month, day }) => {
      const written = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T00:00:00`;
      const exists = day > 0 && day <= daysIn(year, month);
      expect(ClientTimeSchema.safeParse(`${written}Z`).success).toBe(exists);
      expect(ServerTimeSchema.safeParse(`${written}.000Z`).success).toBe(exists);
    }),
    { numRuns: 2_000 },
  );
});

test("a client's time has 0 to 6 fraction digits and a zone", () => {
  for (const tail of ["Z", ".1Z", ".123456Z", "+00:00", "-23:59", ".5+05:30"]) {
    expect(ClientTimeSchema.safeParse(`2026-03-15T09:30:00${tail}`).success).toBe(true);
  }
  for (const tail of ["", ".Z", ".1234567Z", "z", "+24:00", "+0530", "Z\n", " Z"]) {
    expect(ClientTimeSchema.safeParse(`2026-03-15T09:30:00${tail}`).success).toBe(false);
  }
});

test("a server's time has milliseconds and Z, no more and no less", () => {
  for (const tail of ["Z", ".12Z", ".1234Z", ".123+00:00", ".123z", ".123Z\n"]) {
    expect(ServerTimeSchema.safeParse(`2026-03-15T09:30:00${tail}`).success).toBe(false);
  }
});

function daysIn(year: number, month: number): number {
  if (month < 1 || month > 12) return 0;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]!;
}

function pad(number: number, width: number): string {
  return String(number).padStart(width, "0");
}
