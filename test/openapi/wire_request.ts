import type { OutgoingHttpHeaders } from "node:http";
import { mutated } from "../contract/mutation.ts";
import type { ApiDocument, DescribedOperation, Parameter } from "./api_document.ts";
import { type KnownThings, NAMES_A_THING, type Thing } from "./known_things.ts";
import type { RequestPlan } from "./request_plan.ts";

/** A request as it goes out. */
export interface WireRequest {
  readonly operation: DescribedOperation;
  readonly method: string;
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | undefined;
  /** Every field that it names a thing by. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Why the document refuses it; undefined if it does not. */
  readonly refused: string | undefined;
}

/** A parameter with its value, or several. */
interface Sent {
  readonly parameter: Parameter;
  readonly values: readonly unknown[];
}

/** The request of a plan, aimed at things that are there by now. */
export function wireRequest(document: ApiDocument, plan: RequestPlan, things: KnownThings): WireRequest {
  const { operation, breakage } = plan;
  const thing = thingOf(plan, things);
  const sent = sentParameters(plan, thing);
  // A body that repeats what the path says means the same thing.
  const in_path = sent.flatMap(({ parameter, values: [value] }) =>
    parameter.in === "path" ? [[parameter.name, value]] : [],
  );
  const value = bodyOf(plan, { ...thing, ...Object.fromEntries(in_path) });
  const body = breakage?.type === "raw body" ? breakage.text : toText(value);
  const of = (place: Parameter["in"]) => sent.filter(({ parameter }) => parameter.in === place);
  const headers: OutgoingHttpHeaders = {
    Accept: plan.accept,
    ...(body !== undefined && {
      "Content-Type": "application/json",
      "Content-Length": Buffer.byteLength(body),
    }),
    ...Object.fromEntries(
      of("header").map(({ parameter, values }) => [parameter.name, headerText(values[0])]),
    ),
  };
  if (breakage?.type === "media type") headers["Content-Type"] = breakage.value;
  if (breakage?.type === "header") headers[breakage.name] = breakage.value;
  return {
    operation,
    method: breakage?.type === "method" ? breakage.value : operation.method.toUpperCase(),
    path: pathOf(operation.path, of("path")) + queryOf(of("query"), breakage),
    headers: Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)),
    body,
    fields: {
      ...(isRecord(value) ? value : {}),
      ...Object.fromEntries(sent.map(({ parameter, values }) => [parameter.name, values[0]])),
    },
    refused: refusalOf(document, operation, [...of("path"), ...of("query")], body),
  };
}

function thingOf({ operation, aim, body, body_aims }: RequestPlan, things: KnownThings): Thing | undefined {
  if (aim === undefined) return undefined;
  const in_path = (operation.parameters ?? []).filter((each) => each.in === "path").map(({ name }) => name);
  const in_body =
    body_aims && isRecord(body) ? Object.keys(body).filter((name) => NAMES_A_THING.test(name)) : [];
  const [tag = ""] = operation.tags ?? [];
  return things.aimedAt(aim, tag, [...in_path, ...in_body]) ?? things.aimedAt(aim, tag, in_path) ?? undefined;
}

function sentParameters({ operation, parameters, breakage }: RequestPlan, thing: Thing = {}): Sent[] {
  const all = operation.parameters ?? [];
  const broken = breakage?.type === "parameter" ? all[breakage.at % all.length] : undefined;
  return all.flatMap((parameter) => {
    const { in: place, name } = parameter;
    const drawn = parameters[`${place} ${name}`];
    const value = drawn !== undefined && name in thing ? thing[name] : drawn;
    if (parameter === broken && breakage?.type === "parameter") {
      const values = breakage.twice && place === "query" ? [value ?? "", breakage.text] : [breakage.text];
      return [{ parameter, values }];
    }
    return value === undefined ? [] : [{ parameter, values: [value] }];
  });
}

function bodyOf({ body, body_aims, breakage }: RequestPlan, thing: Thing): unknown {
  const aimed =
    body_aims && isRecord(body)
      ? Object.fromEntries(Object.entries(body).map(([name, value]) => [name, thing[name] ?? value]))
      : body;
  return breakage?.type === "mutated body" && body !== undefined ? mutated(aimed, breakage.steps) : aimed;
}

function toText(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}

function pathOf(template: string, parameters: readonly Sent[]): string {
  let path = template;
  for (const { parameter, values } of parameters) {
    path = path.replace(`{${parameter.name}}`, () => encoded(values[0]));
  }
  return path;
}

function queryOf(parameters: readonly Sent[], breakage: RequestPlan["breakage"]): string {
  const pairs = parameters.flatMap(({ parameter, values }) =>
    values.map((value) => `${parameter.name}=${encoded(value)}`),
  );
  if (breakage?.type === "query") pairs.push(breakage.text);
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

/** A lone surrogate has no UTF-8, and a path has no room for texts of any length. */
function encoded(value: unknown): string {
  return encodeURIComponent(String(value).slice(0, 2_000).toWellFormed());
}

/** What Node lets into a header field. */
function headerText(value: unknown): string {
  return String(value).replace(/[^\t\x20-\x7e\x80-\xff]/g, "?");
}

/** What the document says against the request's parameters and its body, read as JSON. */
function refusalOf(
  document: ApiDocument,
  { requestBody, method }: DescribedOperation,
  sent: readonly Sent[],
  body: string | undefined,
): string | undefined {
  for (const { parameter, values } of sent) {
    if (values.length > 1) return `${parameter.name} twice`;
    const text = String(values[0]).slice(0, 2_000).toWellFormed();
    const takes = [text, Number(text)].some(
      (value) => document.faultsOf(parameter.schema, value).length === 0,
    );
    if (!takes) return `${parameter.name} does not have its form`;
  }
  const schema = requestBody?.content["application/json"]?.schema;
  if (schema === undefined || method === "get") return undefined;
  if (body === undefined || body === "") return requestBody?.required === true ? "a missing body" : undefined;
  try {
    return document.faultsOf(schema, JSON.parse(body))[0];
  } catch {
    return "a body that is not JSON";
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
