import { once } from "node:events";
import { Readable } from "node:stream";
import type { Request, Response } from "express";
import { expect, test, vi } from "vitest";
import { bodyReader } from "./body_reader.ts";
import { HttpRejected } from "./http_rejected.ts";
import { InputInvalid } from "./input_invalid.ts";

const BYTES_MAX = 8;

/** A request whose body comes piece by piece, and what its reader passed on. */
function read(headers: Readonly<Record<string, string>>) {
  const body = new Readable({ read: () => {} });
  const request = Object.assign(body, {
    headers: { "content-type": "application/json", ...headers },
  }) as unknown as Request;
  const next = vi.fn();
  bodyReader(BYTES_MAX)(request, {} as Response, next);
  return { request, body, next };
}

const CHUNKED = { "transfer-encoding": "chunked" };

test("pieces are put together, up to the limit", async () => {
  const { request, body, next } = read(CHUNKED);
  for (const piece of ["[1,", "2,", "34]", null]) body.push(piece);
  await once(body, "close");
  expect(String(request.body)).toBe("[1,2,34]");
  expect(next.mock.calls).toEqual([[]]);
});

test("a body over the limit is refused once it has been read off", async () => {
  const { request, body, next } = read(CHUNKED);
  const first_piece = once(body, "data");
  body.push("[1,2,345]");
  await first_piece;
  expect(next).not.toHaveBeenCalled();
  for (const piece of ["more", null]) body.push(piece);
  await once(body, "close");
  expect(next.mock.calls).toEqual([[expect.any(HttpRejected)]]);
  expect(next.mock.calls[0]?.[0].code).toBe("BODY_TOO_LARGE");
  expect(request.body).toBeUndefined();
});

test("a body that is cut is passed on as that, once", async () => {
  const { request, body, next } = read({ "content-length": "8" });
  body.push("[1,");
  body.destroy();
  await once(body, "close");
  expect(next.mock.calls).toEqual([[expect.any(InputInvalid)]]);
  expect(request.body).toBeUndefined();
});

test("a request without a body is not read", () => {
  for (const headers of [{}, { "content-length": "0" }, { "content-type": "text/plain" }]) {
    const { body, next } = read(headers);
    expect(next.mock.calls).toEqual([[]]);
    expect(body.readableFlowing).toBeNull();
  }
});

test("only identity is taken as an encoding, in whatever case", () => {
  const refused = read({ "content-length": "8", "content-encoding": "br" });
  expect(refused.next.mock.calls[0]?.[0].code).toBe("MEDIA_TYPE_UNSUPPORTED");
  const taken = read({ "content-length": "8", "content-encoding": "Identity" });
  expect(taken.next).not.toHaveBeenCalled();
});
