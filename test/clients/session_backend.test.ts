import { AgentMessageSchema, AgentSchema, AgentSessionSchema } from "@session-ledger/session_contract";
import { expect, test } from "vitest";
import { startedClient } from "./client_under_test.ts";

test("sessions, agents and messages are created, listed, changed and deleted", async () => {
  const { session_backend } = (await startedClient()).client;
  const session = await session_backend.createSession({ session_id: "visit-12" });
  expect(AgentSessionSchema.parse(await session_backend.getSession("visit-12"))).toEqual(session);
  const changed = await session_backend.updateSession("visit-12", { multi_agent_state: { turn: 2 } });
  expect(changed).toMatchObject({ multi_agent_state: { turn: 2 }, created_at: session.created_at });

  for (const agent_id of ["a", "b"])
    await session_backend.createAgent("visit-12", { agent_id, state: { agent_id } });
  await session_backend.updateAgent("visit-12", "a", { state: { mood: "calm" } });
  const agents = await Array.fromAsync(session_backend.agents("visit-12", { page_size: 1 }));
  expect(agents.map((agent) => AgentSchema.parse(agent).state)).toEqual([
    { mood: "calm" },
    { agent_id: "b" },
  ]);
  expect(await session_backend.getAgent("visit-12", "b")).toEqual(agents[1]);

  for (const message_id of [3, 1, 2]) {
    const message = { role: "user", content: `number ${message_id}` };
    await session_backend.createMessage("visit-12", "a", { message_id, message });
  }
  await session_backend.updateMessage("visit-12", "a", 2, {
    redact_message: { role: "user", content: "hidden" },
  });
  const idsIn = async (order: "asc" | "desc") => {
    const messages = session_backend.messages("visit-12", "a", { order, page_size: 2 });
    return (await Array.fromAsync(messages)).map((message) => AgentMessageSchema.parse(message).message_id);
  };
  expect([await idsIn("asc"), await idsIn("desc")]).toEqual([
    [1, 2, 3],
    [3, 2, 1],
  ]);
  expect((await session_backend.getMessage("visit-12", "a", 2)).message).toEqual({
    role: "user",
    content: "hidden",
  });

  await session_backend.deleteMessage("visit-12", "a", 1);
  await session_backend.deleteAgent("visit-12", "b");
  expect((await session_backend.messagesPage("visit-12", "a")).total).toBe(2);
  expect((await session_backend.agentsPage("visit-12")).total).toBe(1);
  await session_backend.deleteSession("visit-12");
  await expect(session_backend.getSession("visit-12")).rejects.toMatchObject({ code: "SESSION_NOT_FOUND" });
});

test("the sessions of one user are not another's", async () => {
  const { session_backend } = (await startedClient()).client;
  const [ada, lin] = [session_backend.ofUser("ada"), session_backend.ofUser("lin")];
  await ada.createSession({ session_id: "same" });
  await lin.createSession({ session_id: "same" });
  await lin.deleteSession("same");
  expect((await Array.fromAsync(ada.sessions())).map(({ session_id }) => session_id)).toEqual(["same"]);
  expect(await Array.fromAsync(lin.sessions())).toEqual([]);
});

test.each(["asc", "desc"] as const)(
  "messages that are added while they are read (%s) make none come twice or not at all",
  async (order) => {
    const { session_backend } = (await startedClient()).client;
    await session_backend.createSession({ session_id: "visit-12" });
    await session_backend.createAgent("visit-12", { agent_id: "a" });
    const add = (message_id: number) =>
      session_backend.createMessage("visit-12", "a", { message_id, message: { role: "user", content: "" } });
    for (const message_id of [10, 20, 30, 40, 50]) await add(message_id);
    const seen: number[] = [];
    for await (const { message_id } of session_backend.messages("visit-12", "a", { order, page_size: 2 })) {
      seen.push(message_id);
      // Where was read already, which shifts what the pages hold that are asked for by their number.
      await add(order === "asc" ? message_id - 5 : message_id + 5);
    }
    expect(seen).toEqual(order === "asc" ? [10, 20, 30, 40, 50] : [50, 40, 30, 20, 10]);
  },
);
