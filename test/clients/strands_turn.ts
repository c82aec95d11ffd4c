import { Agent, SessionManager, type Storage } from "@strands-agents/sdk";
import { OpenAIModel } from "@strands-agents/sdk/models/openai";

/** The session of every agent that takes a turn. */
export const SESSION_ID = "visit-7";

/** One turn of an agent that is made for it, and knows nothing but what it restores. */
export async function strandsTurn(base_url: string, storage: Storage, text: string): Promise<string> {
  const agent = new Agent({
    id: "guide",
    model: new OpenAIModel({
      api: "chat",
      apiKey: "none",
      modelId: "m",
      clientConfig: { baseURL: base_url },
    }),
    printer: false,
    sessionManager: new SessionManager({ sessionId: SESSION_ID, storage }),
  });
  return String(await agent.invoke(text)).trim();
}
