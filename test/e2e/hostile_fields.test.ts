// Every field of every operation with values that are meant to break out of where they are put.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../cli/session_ledger.ts";
import { expectInvalid } from "./expected_problem.ts";
import { HOSTILE_TEXTS, HOSTILE_VALUES, SESSION_ID_FORM, USER_ID_FORM } from "./hostile_values.ts";
import { ask, post } from "./http_exchange.ts";
import { LedgerUnderTest } from "./ledger_under_test.ts";
import { linesOf } from "./log_root_files.ts";
import {
  APPEND,
  DELETE,
  END,
  endInput,
  messageInput,
  openSession,
  PAUSE,
  RESUME,
  type SessionNames,
  START,
  startInput,
  VALIDATE,
} from "./operations.ts";
import { expectNothingEscaped } from "./unharmed_ledger.ts";

let ledger: LedgerUnderTest;
let session: SessionNames;
beforeAll(async () => {
  ledger = await LedgerUnderTest.started();
  session = await openSession(ledger.url);
});
afterAll(() => ledger.remove());

/** What each operation takes, for a session. */
const INPUTS: Readonly<Record<string, (session: SessionNames) => object>> = {
  [START]: startInput,
  [PAUSE]: endInput,
  [RESUME]: endInput,
  [DELETE]: endInput,
  [END]: endInput,
  [VALIDATE]: (names) => names,
  [APPEND]: messageInput,
};

const MOVES = [PAUSE, RESUME, DELETE, END];

const FIELDS = [
  "schema_version",
  "record_id",
  "user_id",
  "session_id",
  "timestamp",
  "modality",
  "source",
  "performer_id",
  "is_training_data",
  "session_notes",
  "training_intent_label",
  "kind",
  "reason",
  "event",
  "capture_id",
  "annotation",
  "raw_features_ref",
  "classifier_output",
  "extra",
];

describe("a user_id or session_id that is not of the required form", () => {
  test.each(Object.entries(INPUTS))("is refused by %s, and names no file", async (path, inputOf) => {
    const input = inputOf(session);
    const status = path === APPEND ? 422 : 400;
    for (const value of HOSTILE_VALUES) {
      if (typeof value !== "string" || !USER_ID_FORM.test(value)) {
        expectInvalid(await post(ledger.url, path, { ...input, user_id: value }), status, "user_id");
      }
      if (typeof value !== "string" || !SESSION_ID_FORM.test(value)) {
        expectInvalid(await post(ledger.url, path, { ...input, session_id: value }), status, "session_id");
      }
    }
    await expectNothingEscaped(ledger);
  });

  test("is still an id if it has the form: an odd name is a name like any other", async () => {
    const names = HOSTILE_TEXTS.filter((text) => USER_ID_FORM.test(text));
    expect(names).toContain("constructor");
    for (const user_id of names) {
      const odd = await openSession(ledger.url, user_id);
      expect((await post(ledger.url, APPEND, messageInput(odd))).status).toBe(201);
      expect((await post(ledger.url, END, endInput(odd))).status).toBe(200);
      expect(await linesOf(ledger.log_root, odd)).toHaveLength(3);
    }
    for (const session_id of HOSTILE_TEXTS.filter((text) => SESSION_ID_FORM.test(text))) {
      const answer = await post(ledger.url, END, endInput({ ...session, session_id }));
      expect([answer.status, answer.body["code"]]).toEqual([404, "SESSION_NOT_FOUND"]);
    }
  });
});

test("no value of any field is a 5xx, and one that is taken is recorded to the letter", async () => {
  const taken = await openSession(ledger.url);
  let to_end = await openSession(ledger.url);
  const recorded: unknown[] = [];
  for (const [path, inputOf] of Object.entries(INPUTS)) {
    for (const field of FIELDS) {
      for (const value of HOSTILE_VALUES) {
        const sent = { ...inputOf(MOVES.includes(path) ? to_end : taken), [field]: value };
        const { status, text } = await post(ledger.url, path, sent);
        expect(status, `${path} ${field} ${JSON.stringify(value)}: ${text}`).toBeLessThan(500);
        if (path === APPEND && status === 201) recorded.push(sent);
        if (path === END && status === 200) to_end = await openSession(ledger.url);
      }
    }
  }
  const [, ...lines] = await linesOf(ledger.log_root, taken);
  expect(lines.length).toBeGreaterThan(HOSTILE_TEXTS.length);
  expect(lines.map(({ event }) => event)).toEqual(recorded);
  await expectNothingEscaped(ledger);
});

test("no path reaches a file or an operation that it does not name", async () => {
  const paths = [
    ...HOSTILE_TEXTS.flatMap((text) => (text.isWellFormed() ? [`/${encodeURIComponent(text)}`] : [])),
    "/../../../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/..%2f..%2f..%2fetc%2fpasswd",
    "/docs/../../../package.json",
    "/docs/%2e%2e/%2e%2e/%2e%2e/package.json",
    "/docs/..%2f..%2f..%2fpackage.json",
    "/docs/..%5c..%5cpackage.json",
    "/docs/%00",
    "/docs/package.json%00.html",
    "/users/user-1",
    "/.ledger/writer.json",
    "/session_manager/../session_manager/sessions.start",
    "/session_manager/%2e%2e/session_manager/sessions.start",
    "/session_manager/sessions%2estart/..",
    "//session_manager//sessions.start",
    "/%",
    "/%zz",
    "/%c0%ae%c0%ae/x",
    "/%ff",
    `/${"a/".repeat(4_000)}`,
    "/?__proto__[x]=1&constructor[prototype][x]=1",
  ];
  for (const path of paths) {
    for (const method of ["GET", "POST"]) {
      const { status, text } = await ask(ledger.url, { method, path });
      expect([400, 403, 404, 405, 415], `${method} ${path} was ${status}`).toContain(status);
      expect(text).not.toMatch(/root:|"private"|devDependencies/);
    }
  }
  const long = await ask(ledger.url, { path: `/${"a".repeat(20_000)}` });
  expect(long.status).toBe(431);
  await expectNothingEscaped(ledger);
});

test("after all of it the logs verify and a session can be recorded", async () => {
  expect(await runCli(ledger.log_root, "verify")).toMatchObject({ code: 0, stderr: "" });
  const next = await openSession(ledger.url);
  expect((await post(ledger.url, END, endInput(next))).status).toBe(200);
});
