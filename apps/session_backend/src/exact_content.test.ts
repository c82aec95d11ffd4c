import { assertExactJson, type JsonValue } from "@session-ledger/session_contract";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AGENT, BASE, MESSAGES, SESSION, startApp, startWithAgent } from "./test_support.ts";

function isExact(value: JsonValue): boolean {
  try {
    assertExactJson(value);
    // No client can send it: JSON.stringify has no -0.
    return !JSON.stringify(value).includes("__bytes_encoded__");
  } catch {
    return false;
  }
}

const exactJson = fc
  .jsonValue({ stringUnit: "binary", maxDepth: 6 })
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonValue)
  .filter(isExact);
const exactObject = fc.dictionary(fc.string({ unit: "binary" }), exactJson).filter(isExact);

describe("whatever JSON a client keeps", () => {
  test("comes back deeply equal: states, contents, and what stands beside them", async () => {
    const { http } = await startWithAgent();
    let message_id = 0;
    await fc.assert(
      fc.asyncProperty(exactObject, exactJson, async (object, content) => {
        message_id += 1;
        const message = { role: "user", content, metadata: object };
        const created = await http.post(MESSAGES).send({ message_id, message }).expect(201);
        expect(created.body.message).toEqual(message);
        expect((await http.get(`${MESSAGES}/${message_id}`).expect(200)).body).toEqual(created.body);
        await http.put(AGENT).send({ internal_state: object }).expect(200);
        expect((await http.get(AGENT)).body.internal_state).toEqual(object);
        await http.put(SESSION).send({ multi_agent_state: object }).expect(200);
        expect((await http.get(SESSION)).body.multi_agent_state).toEqual(object);
      }),
      { numRuns: 60 },
    );
  });

  test.each<[string, JsonValue]>([
    ["NUL", "a\u0000b"],
    ["lone surrogates", ["\ud800", "\udfff\ud800"]],
    ["line separators", { "\u2028": "\u2029" }],
    ["numbers of 15 digits", [123456789012345, 0.123456789012345, 1e-300, 9007199254740991]],
    ["what would be raw media elsewhere", { frame_data: "data:image/png;base64,AAAA", audio_payload: [1] }],
    ["bytes", { __bytes_encoded__: true, data: "AAH/+w==" }],
    ["bytes of none", { __bytes_encoded__: true, data: "" }],
    ["what only looks like bytes", { __bytes_encoded__: "true", data: "???" }],
    ["what only looks like an erasure", { $erased: "f".repeat(64) }],
    ["64 levels", JSON.parse("[".repeat(62) + "]".repeat(62))],
  ])("%s come back as they were", async (_, content) => {
    const { http } = await startWithAgent();
    const message = { role: "user", content };
    await http.post(MESSAGES).send({ message_id: 1, message }).expect(201);
    expect((await http.get(`${MESSAGES}/1`)).body.message).toEqual(message);
  });
});

describe("what cannot be kept exactly is 422, and nothing is recorded", () => {
  test.each([
    ["a number that is not finite", "1e400"],
    ["a whole number beyond 2^53-1", "9007199254740993"],
    ["a key twice", '{"a":1,"a":1}'],
    ["a __proto__ key", '{"__proto__":{}}'],
    ["65 levels", "[".repeat(63) + "]".repeat(63)],
    ["bytes that are none", '{"__bytes_encoded__":true,"data":"A?=="}'],
    ["bytes of the wrong length", '[{"__bytes_encoded__":true,"data":"AAA"}]'],
    ["bytes without data", '{"__bytes_encoded__":true}'],
    ["no JSON", "{"],
  ])("%s", async (_, content) => {
    const { http, recorder } = await startWithAgent();
    const body = `{"message_id":1,"message":{"role":"user","content":${content}}}`;
    const answer = await http.post(MESSAGES).type("json").send(body).expect(422);
    expect(answer.body).toMatchObject({ code: "CONTENT_INVALID", errors: [expect.anything()] });
    expect(await Array.fromAsync(recorder.read({ user_id: "_agents", session_id: "s-1" }))).toHaveLength(2);
  });

  test("text that is no UTF-8", async () => {
    const { http } = startApp();
    const body = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
    const request = http.post(`${BASE}/sessions`).type("json");
    request.write(body);
    await request.expect(422);
  });

  test("a message longer than a line is 413, and so is a state", async () => {
    const { http } = await startWithAgent();
    const text = "x".repeat(524_288);
    const message = { role: "user", content: text };
    const answer = await http.post(MESSAGES).send({ message_id: 1, message }).expect(413);
    expect(answer.body.code).toBe("LINE_TOO_LONG");
    expect((await http.put(AGENT).send({ state: { text } }).expect(413)).body.code).toBe("LINE_TOO_LONG");
    await http.get(`${MESSAGES}/1`).expect(404);
  });
});

describe("what has not the required form is 422 with its place, before anything is looked up", () => {
  test.each([
    ["post", `${BASE}/sessions`, { session_id: "a.b" }, "session_id"],
    ["post", `${BASE}/sessions`, { session_id: "a\n" }, "session_id"],
    ["post", `${BASE}/sessions`, { session_id: "a".repeat(256) }, "session_id"],
    ["post", `${BASE}/sessions`, { session_id: "a", created_at: "now" }, "created_at"],
    ["post", `${BASE}/sessions`, {}, "session_id"],
    ["post", `${BASE}/sessions?user_id=.`, { session_id: "a" }, "user_id"],
    ["get", `${BASE}/sessions?page=0`, undefined, "page"],
    ["get", `${BASE}/sessions?page_size=1001`, undefined, "page_size"],
    ["get", `${BASE}/sessions?limit=1`, undefined, "*"],
    ["get", `${BASE}/sessions/a.b`, undefined, "session_id"],
    ["get", `${BASE}/sessions/${"a".repeat(256)}`, undefined, "session_id"],
    ["put", SESSION, { session_id: "other" }, "session_id"],
    ["post", `${SESSION}/agents`, { agent_id: "a", state: [] }, "state"],
    ["get", `${SESSION}/agents/%20`, undefined, "agent_id"],
    ["post", MESSAGES, { message_id: 1.5, message: { role: "user", content: 1 } }, "message_id"],
    ["post", MESSAGES, { message_id: 1, message: { role: "user" } }, "message.content"],
    ["get", `${MESSAGES}/-1`, undefined, "message_id"],
    ["get", `${MESSAGES}/9007199254740992`, undefined, "message_id"],
    ["get", `${MESSAGES}?cursor=AAAA`, undefined, "cursor"],
    ["get", `${MESSAGES}?order=up`, undefined, "order"],
  ] as const)("%s %s %j", async (method, path, body, place) => {
    const { http } = startApp();
    const answer = await http[method](path).send(body).expect(422);
    expect(answer.body.code).toBe("CONTENT_INVALID");
    expect(answer.body.errors[0].path).toBe(place);
  });

  test("a cursor is of one list and one order", async () => {
    const { http } = await startWithAgent();
    for (const message_id of [1, 2]) {
      await http.post(MESSAGES).send({ message_id, message: { role: "user", content: "" } });
    }
    const { next_cursor } = (await http.get(`${MESSAGES}?page_size=1`)).body;
    await http.get(`${MESSAGES}?cursor=${next_cursor}`).expect(200);
    await http.get(`${MESSAGES}?cursor=${next_cursor}&order=desc`).expect(422);
    await http.get(`${MESSAGES}?cursor=${next_cursor}&page=1`).expect(422);
  });

  test("another content type is 415", async () => {
    const { http } = startApp();
    await http.post(`${BASE}/sessions`).type("text").send("{}").expect(415);
  });
});
