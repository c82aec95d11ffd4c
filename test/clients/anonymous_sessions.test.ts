import { AnonymousSessionSchema } from "@session-ledger/session_contract";
import { expect, test } from "vitest";
import { clientBehindProxy, startedClient } from "./client_under_test.ts";

test("an anonymous session is created, found and erased", async () => {
  const { anonymous_sessions } = (await startedClient()).client;
  const created = AnonymousSessionSchema.parse(await anonymous_sessions.create());
  expect((await anonymous_sessions.create()).session_id).not.toBe(created.session_id);
  expect(await anonymous_sessions.get(created.session_id)).toEqual(created);
  await anonymous_sessions.delete(created.session_id);
  await expect(anonymous_sessions.get(created.session_id)).rejects.toMatchObject({ status: 404 });
  await expect(anonymous_sessions.delete(created.session_id)).rejects.toMatchObject({
    code: "SESSION_NOT_FOUND",
  });
});

test("an anonymous session whose deletion lost its answer is deleted", async () => {
  const { ledger, client: direct } = await startedClient();
  const { session_id } = await direct.anonymous_sessions.create();
  let connections = 0;
  const { proxy, client } = await clientBehindProxy(ledger, () => connections++ === 0);
  await client.anonymous_sessions.delete(session_id);
  expect(proxy.dropped).toBe(1);
  await expect(direct.anonymous_sessions.get(session_id)).rejects.toMatchObject({ status: 404 });
});
