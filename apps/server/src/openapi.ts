import type { Face, Operation, SuccessResponse } from "@session-ledger/http_api";
import { ProblemSchema } from "@session-ledger/session_contract";
import { z } from "zod";
import {
  createDocument,
  type ZodOpenApiObject,
  type ZodOpenApiOperationObject,
  type ZodOpenApiResponseObject,
} from "zod-openapi";
import { ANSWER_HEADERS, PostHeadersSchema } from "./described_headers.ts";
import { byStatus, describeProblem, errorsOf, PROBLEM_EXAMPLES } from "./described_problems.ts";

/** The version of the HTTP protocol, which is not the program's. */
export const PROTOCOL_VERSION = "1.0.0";

const KEY_SCHEME = "api_key";
const DESCRIBED_KEY = {
  type: "http",
  scheme: "bearer",
  description: "A key of a role that `x-roles` names. A server without keys answers its own machine alone.",
} as const;

/** The empty requirement stands for a server without keys. */
const KEY_OR_LOCAL = [{ [KEY_SCHEME]: [] }, {}];

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
    components: {
      schemas: { Problem: ProblemSchema },
      examples: PROBLEM_EXAMPLES,
      securitySchemes: { [KEY_SCHEME]: DESCRIBED_KEY },
    },
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
  const { request, roles } = operation;
  const params = describeParams(operation);
  return {
    operationId: operation.operation_id,
    tags: [face.tag],
    summary: operation.summary,
    description: operation.description,
    security: roles === "anyone" ? [] : KEY_OR_LOCAL,
    "x-roles": roles,
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
  const header = method === "post" ? PostHeadersSchema.extend(headers?.shape ?? {}) : headers;
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
  for (const [status, codes] of byStatus(errorsOf(face, operation))) {
    responses[`${status}`] = describeProblem(codes);
  }
  return responses;
}

/** A string is sent as text, everything else as JSON. */
function describeSuccess(success: SuccessResponse): ZodOpenApiResponseObject {
  const { description, schema, example, headers, alternatives = {} } = success;
  const described = { description, headers: z.object({ ...ANSWER_HEADERS, ...headers?.shape }) };
  if (schema === undefined) return described;
  const media_type = schema instanceof z.ZodString ? "text/plain" : "application/json";
  const others = Object.entries(alternatives).map(([name, other]) => [
    name,
    contentOf(other.schema, other.example),
  ]);
  return {
    ...described,
    content: { [media_type]: contentOf(schema, example), ...Object.fromEntries(others) },
  };
}

function contentOf(schema: z.ZodType, example: unknown) {
  return example === undefined ? { schema } : { schema, example };
}
