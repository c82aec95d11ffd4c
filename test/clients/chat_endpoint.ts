import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { onTestFinished } from "vitest";

interface ChatMessage {
  readonly role: string;
  readonly content: string | readonly { readonly text?: string }[];
}

/**
 * An OpenAI-compatible endpoint on loopback that knows only what it is sent: it answers with the name that the user gave
 * anywhere in the conversation, and with how many messages there were. Gives its base URL.
 */
export async function startChatEndpoint(): Promise<string> {
  const server = createServer(async (request, response) => {
    const { messages } = (await json(request)) as { messages: readonly ChatMessage[] };
    const name = /my name is (\w+)/.exec(messages.map(textOf).join("\n"))?.[1] ?? "a stranger";
    const content = `You are ${name}, after ${messages.length} messages.`;
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    for (const choice of [
      { index: 0, delta: { role: "assistant", content }, finish_reason: null },
      { index: 0, delta: {}, finish_reason: "stop" },
    ]) {
      const chunk = {
        id: "chat-1",
        object: "chat.completion.chunk",
        created: 1,
        model: "m",
        choices: [choice],
      };
      response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    }
    response.end("data: [DONE]\n\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

function textOf({ role, content }: ChatMessage): string {
  if (role !== "user") return "";
  return typeof content === "string" ? content : content.map(({ text = "" }) => text).join("\n");
}
