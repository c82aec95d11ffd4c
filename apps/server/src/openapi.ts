import {
  type Face,
  HTTP_STATUS,
  IDEMPOTENCY_KEY,
  type Operation,
  type SuccessResponse,
} from "@session-ledger/http_api";
import {
  ERROR_CODES,
  type ErrorCode,
  PROBLEM_MEDIA_TYPE,
  ProblemSchema,
} from "@session-ledger/session_contract";
import { z } from "zod";
import {
  createDocument,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiResponseObject,
} from "zod-openapi";

/** The version of the HTTP protocol, which is not the program's. */
const PROTOCOL_VERSION = "1.0.0";

/** What any request may be answered with. */
const ERRORS_OF_ANY: readonly ErrorCode[] = ["HOST_FORBIDDEN", "ORIGIN_FORBIDDEN", "INTERNAL_ERROR"];

/** What any request with a body may be answered with, beside the face's own code for one that is not valid. */
const ERRORS_OF_BODY: readonly ErrorCode[] = ["BODY_TOO_LARGE", "MEDIA_TYPE_UNSUPPORTED"];

/** What any `POST` may be answered with. */
const ERRORS_OF_POST: readonly ErrorCode[] = ["REQUEST_INVALID"];

/** The header fields that any `POST` takes. */
const PostHeadersSchema = z.object({
  "Idempotency-Key": z.string().regex(IDEMPOTENCY_KEY).optional().meta({
    description: "The client's own key of the request: a retry with it gets the first answer again.",
  }),
});

/** The OpenAPI 3.1 document of all faces, made of the same tables that are mounted. */
export function describeApi(faces: readonly Face[]): ReturnType<typeof createDocument> {
  const document: ZodOpenApiObject = {
    openapi: "3.1.1",
    info: {
      title: "Session Ledger",
      version: PROTOCOL_VERSION,
      description:
        "Every session is a file, every fact about it is a line. Errors are RFC 9457 problem documents.",
    },
    tags: faces.map(({ tag, description }) => ({ name: tag, description })),
    paths: {},
    components: { schemas: { Problem: ProblemSchema } },
  };
  for (const face of faces) {
    for (const operation of face.operations) {
      const path = face.prefix + operation.path;
      document.paths![path] = {
        ...document.paths![path],
        [operation.method]: describeOperation(face, operation),
      };
    }
  }
  return createDocument(document);
}

function describeOperation(face: Face, operation: Operation): ZodOpenApiOperationObject {
  const { request } = operation;
  const params = describeParams(operation);
  return {
    operationId: operation.operation_id,
    tags: [face.tag],
    summary: operation.summary,
    ...(operation.description !== undefined && { description: operation.description }),
    ...(Object.keys(params).length > 0 && { requestParams: params }),
    ...(request !== undefined && {
      requestBody: {
        required: request.required,
        content: { "application/json": contentOf(request.schema, request.example) },
      },
    }),
    responses: describeResponses(face, operation),
  };
}

function describeParams({ method, path_params, query, headers }: Operation) {
  const header = method === "post" ? PostHeadersSchema : headers;
  return {
    ...(path_params && { path: path_params }),
    ...(query && { query }),
    ...(header && { header }),
  };
}

function describeResponses(face: Face, operation: Operation): Record<`${number}`, ZodOpenApiResponseObject> {
  const responses: Record<`${number}`, ZodOpenApiResponseObject> = {};
  for (const [status, success] of Object.entries(operation.responses)) {
    responses[status as `${number}`] = describeSuccess(success);
  }
  for (const [status, codes] of Map.groupBy(errorsOf(face, operation), (code) => HTTP_STATUS[code])) {
    responses[`${status}`] = describeProblem(codes);
  }
  return responses;
}

/** Every code that the operation may answer, each once, those of its own first. */
function errorsOf(face: Face, operation: Operation): readonly ErrorCode[] {
  const takes_input = operation.request ?? operation.path_params ?? operation.query ?? operation.headers;
  return [
    ...new Set([
      ...operation.errors,
      ...(takes_input === undefined ? [] : [face.invalid]),
      ...(operation.method === "post" ? ERRORS_OF_POST : []),
      ...(operation.request === undefined ? [] : ERRORS_OF_BODY),
      ...ERRORS_OF_ANY,
    ]),
  ];
}

/** A string is sent as text, everything else as JSON. */
function describeSuccess(success: SuccessResponse): ZodOpenApiResponseObject {
  const { description, schema, example, alternatives = {} } = success;
  if (schema === undefined) return { description };
  const media_type = schema instanceof z.ZodString ? "text/plain" : "application/json";
  const others = Object.entries(alternatives).map(([name, other]) => [
    name,
    contentOf(other.schema, other.example),
  ]);
  return {
    description,
    content: { [media_type]: contentOf(schema, example), ...Object.fromEntries(others) },
  };
}

function describeProblem(codes: readonly ErrorCode[]): ZodOpenApiResponseObject {
  return {
    description: codes.map((code) => `\`${code}\`: ${ERROR_CODES[code].meaning}`).join("\n\n"),
    content: { [PROBLEM_MEDIA_TYPE]: { schema: ProblemSchema } },
  };
}

function contentOf(schema: z.ZodType, example: unknown) {
  return example === undefined ? { schema } : { schema, example };
}
