import type { Answer, ApiDocument, Content } from "./api_document.ts";
import type { WireAnswer } from "./wire_answer.ts";
import type { WireRequest } from "./wire_request.ts";

const PROBLEM_MEDIA_TYPE = "application/problem+json";
const JSON_MEDIA_TYPE = /^application\/(?:[\w.-]+\+)?json$/;

/** What HTTP itself refuses before an operation is chosen, with the codes of it. */
const BEYOND_OPERATIONS: Readonly<Record<number, readonly string[]>> = {
  400: ["REQUEST_INVALID"],
  403: ["HOST_FORBIDDEN", "ORIGIN_FORBIDDEN"],
  404: ["ROUTE_NOT_FOUND"],
  405: ["METHOD_NOT_ALLOWED"],
};

/** What an answer has against the document: one sentence each, none for an answer as it is described. */
export function answerFaults(document: ApiDocument, request: WireRequest, answer: WireAnswer): string[] {
  const { status, headers, text } = answer;
  if (status >= 500) return [`is ${status}: ${text}`];
  const is_own = request.method === request.operation.method.toUpperCase();
  if (is_own && request.refused !== undefined && status < 400) {
    return [`is ${status} for what the document refuses: ${request.refused}`];
  }
  const described = describedAnswer(document, request, answer);
  if (described === undefined) return beyondOperations(document, answer);
  const faults = headerFaults(document, described, answer);
  if (described.content === undefined) return text === "" ? faults : [...faults, "has a body"];
  const media_type = mediaTypeOf(answer);
  const content = described.content[media_type];
  if (content === undefined) return [...faults, `has the media type "${media_type}" with ${status}`];
  if (request.method === "HEAD") return text === "" ? faults : [...faults, "has a body after HEAD"];
  return [...faults, ...bodyFaults(document, content, media_type, answer)].concat(
    media_type === PROBLEM_MEDIA_TYPE ? problemFaults(content, status, text, headers) : [],
  );
}

/** What the document says of this status at this path; a path that was broken may belong to no operation. */
function describedAnswer(
  document: ApiDocument,
  { operation, method }: WireRequest,
  answer: WireAnswer,
): Answer | undefined {
  const asked = method === "HEAD" ? "get" : method.toLowerCase();
  const described = document.operations.find(
    ({ path, method }) => path === operation.path && method === asked,
  );
  return isRouteNotFound(answer) ? undefined : described?.responses[answer.status];
}

function isRouteNotFound({ status, text }: WireAnswer): boolean {
  return status === 404 && text.includes('"ROUTE_NOT_FOUND"');
}

function beyondOperations(document: ApiDocument, { status, headers, text }: WireAnswer): string[] {
  const codes = BEYOND_OPERATIONS[status];
  if (codes === undefined) return [`has the undescribed status ${status}: ${text.slice(0, 300)}`];
  if (status === 405 && headers.allow === undefined) return ["does not say which methods are allowed"];
  if (text === "") return [];
  const faults = document.faultsOf({ $ref: "#/components/schemas/Problem" }, JSON.parse(text));
  const { code } = JSON.parse(text) as { code: string };
  return codes.includes(code) ? [...faults] : [...faults, `has the code ${code} with ${status}`];
}

function mediaTypeOf({ headers }: WireAnswer): string {
  return (headers["content-type"] ?? "").split(";", 1)[0]!.trim();
}

function headerFaults(document: ApiDocument, described: Answer, { headers }: WireAnswer): string[] {
  return Object.entries(described.headers ?? {}).flatMap(([name, { required = false, schema }]) => {
    const value = headers[name.toLowerCase()];
    if (value === undefined) return required ? [`lacks ${name}`] : [];
    return document.faultsOf(schema, value).map((fault) => `has ${name} "${value}": ${fault}`);
  });
}

function bodyFaults(
  document: ApiDocument,
  content: Content,
  media_type: string,
  answer: WireAnswer,
): string[] {
  if (!JSON_MEDIA_TYPE.test(media_type)) return [...document.faultsOf(content.schema, answer.text)];
  try {
    return document.faultsOf(content.schema, JSON.parse(answer.text)).map((fault) => `has a body: ${fault}`);
  } catch {
    return ["has a body that is not JSON"];
  }
}

/** A problem's code is one of those that the status is described with. */
function problemFaults(
  content: Content,
  status: number,
  text: string,
  headers: WireAnswer["headers"],
): string[] {
  const problem = JSON.parse(text) as { status: number; code: string; request_id: string };
  const faults: string[] = [];
  if (problem.status !== status) faults.push(`says ${problem.status} with ${status}`);
  if (content.examples?.[problem.code] === undefined) faults.push(`has ${problem.code} with ${status}`);
  if (problem.request_id !== headers["x-request-id"]) faults.push("names another request");
  return faults;
}
