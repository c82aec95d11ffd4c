import { PROBLEM_MEDIA_TYPE, type Problem } from "@session-ledger/session_contract";
import { SessionClientError } from "./session_client_error.ts";

/** The error that an answer outside 200 to 299 tells. It reads the answer's body. */
export async function failedAnswer(response: Response): Promise<SessionClientError> {
  const { status } = response;
  const retry_after_seconds = retryAfterSeconds(response.headers.get("retry-after"));
  const text = await response.text();
  const problem = isProblem(response) ? parseProblem(text) : undefined;
  if (problem === undefined) {
    const options = { status, retry_after_seconds };
    return new SessionClientError("ANSWER_UNEXPECTED", `answered ${status} without a problem`, options);
  }
  return new SessionClientError(problem.code, problem.detail, { status, problem, retry_after_seconds });
}

function isProblem(response: Response): boolean {
  return response.headers.get("content-type")?.startsWith(PROBLEM_MEDIA_TYPE) === true;
}

/** A problem of a newer server may have further members and codes, so only what is relied on is looked at. */
function parseProblem(text: string): Problem | undefined {
  try {
    const problem = JSON.parse(text) as Partial<Problem> | null;
    return typeof problem?.code === "string" && typeof problem.detail === "string"
      ? (problem as Problem)
      : undefined;
  } catch {
    return undefined;
  }
}

/** RFC 9110 has `Retry-After` as seconds or as a date. */
function retryAfterSeconds(value: string | null): number | undefined {
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  const at_ms = Date.parse(value);
  return Number.isNaN(at_ms) ? undefined : Math.max(0, Math.ceil((at_ms - Date.now()) / 1_000));
}
