/** What an operation answered. */
export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export async function postJson(url: string, path: string, body: object): Promise<Answer> {
  const response = await fetch(url + path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

export function startSession(url: string, user_id: string, session_notes?: string): Promise<Answer> {
  const notes = session_notes === undefined ? {} : { session_notes };
  return postJson(url, "/session_manager/sessions.start", { user_id, performer_id: "tester", ...notes });
}

export function endSession(url: string, user_id: string, session_id: unknown): Promise<Answer> {
  return postJson(url, "/session_manager/sessions.end", { user_id, session_id, performer_id: "tester" });
}

/** Records a message with whatever fields a test adds. */
export function appendMessage(
  url: string,
  user_id: string,
  session_id: unknown,
  fields: object = {},
): Promise<Answer> {
  return postJson(url, "/schema-recorder/append", {
    record_id: crypto.randomUUID(),
    user_id,
    session_id,
    timestamp: new Date().toISOString(),
    source: "test",
    performer_id: "tester",
    ...fields,
  });
}
