import { expect, test } from "vitest";
import { executionId, isLookupId } from "./session_id_formats.ts";

test.each([
  "sess_0123456789abcdef",
  "visit-0123456789abcdef",
  "exec_20261121_093000_0a1b2c3d",
  "exec_20240229_235959_00000000",
  "0c9a1f52-6f0b-4c1e-9a57-3d2b8e4f6a10",
  "0C9A1F52-6F0B-4C1E-9A57-3D2B8E4F6A10",
])("%j may be looked up", (session_id) => {
  expect(isLookupId(session_id, "visit-")).toBe(true);
});

test.each([
  "",
  "sess_",
  "sess_0123456789abcde",
  "sess_0123456789abcdef0",
  "sess_0123456789ABCDEF",
  "sess_0123456789abcdeg",
  "sess_0123456789abcde\u0666",
  "sess_0123456789abcdef\n",
  " sess_0123456789abcdef",
  "SESS_0123456789abcdef",
  "0123456789abcdef",
  "other_0123456789abcdef",
  "exec_20261321_093000_0a1b2c3d",
  "exec_20261100_093000_0a1b2c3d",
  "exec_20260230_093000_0a1b2c3d",
  "exec_20250229_093000_0a1b2c3d",
  "exec_20261121_240000_0a1b2c3d",
  "exec_20261121_096000_0a1b2c3d",
  "exec_20261121_093060_0a1b2c3d",
  "exec_20261121_093000_0A1B2C3D",
  "exec_20261121_093000_0a1b2c3",
  "exec_20261121_093000_0a1b2c3d4",
  "exec_20261121_093000_0a1b2c3d\n",
  "exec_2026112\u0661_093000_0a1b2c3d",
  "exec_20261121-093000-0a1b2c3d",
  "0c9a1f52-6f0b-1c1e-9a57-3d2b8e4f6a10",
  "0c9a1f52-6f0b-4c1e-ca57-3d2b8e4f6a10",
  "0c9a1f526f0b4c1e9a573d2b8e4f6a10",
  "{0c9a1f52-6f0b-4c1e-9a57-3d2b8e4f6a10}",
  "0c9a1f52-6f0b-4c1e-9a57-3d2b8e4f6a10\n",
  "../../etc/passwd",
])("%j may not be looked up", (session_id) => {
  expect(isLookupId(session_id, "visit-")).toBe(false);
});

test("an execution's id names the second of its start", () => {
  const session_id = executionId("2026-11-21T09:30:59.999Z", "0a1b2c3d");
  expect(session_id).toBe("exec_20261121_093059_0a1b2c3d");
  expect(isLookupId(session_id, "sess_")).toBe(true);
});
