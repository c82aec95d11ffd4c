import type { ApiDocument, Content, DescribedOperation } from "./api_document.ts";

/** What an operation's description lacks: one sentence each. */
export function lacksOf(document: ApiDocument, operation: DescribedOperation): string[] {
  const { tags = [], summary = "", description = "", parameters = [], requestBody, responses } = operation;
  const lacks: string[] = [];
  const known = tags.filter((tag) => document.tags.some(({ name }) => name === tag));
  if (tags.length !== 1 || known.length !== 1) lacks.push("does not have one known tag");
  if (summary === "") lacks.push("has no summary");
  if (!description.endsWith(".")) lacks.push("has no description in sentences");
  for (const { name, schema, description: told = schema["description"] } of parameters) {
    if (typeof told !== "string") lacks.push(`has a parameter ${name} that is not described`);
  }
  lacks.push(...contentLacks(document, "body", requestBody?.content));
  for (const [status, answer] of Object.entries(responses)) {
    if (answer.description === "") lacks.push(`does not say what ${status} means`);
    lacks.push(...contentLacks(document, status, answer.content));
  }
  return lacks.map((lack) => `${operation.method} ${operation.path} ${lack}`);
}

function contentLacks(
  document: ApiDocument,
  where: string,
  contents: Readonly<Record<string, Content>> = {},
): string[] {
  return Object.entries(contents).flatMap(([media_type, content]) => {
    const examples = examplesOf(document, content);
    if (examples.length === 0) return [`${where} ${media_type} has no example`];
    return examples
      .flatMap((example) => document.faultsOf(content.schema, example))
      .map((fault) => `${where} ${media_type} has an example that does not hold: ${fault}`);
  });
}

function examplesOf(document: ApiDocument, { example, examples = {} }: Content): unknown[] {
  const named = Object.values(examples).map(({ $ref }) => document.resolve($ref));
  return [example, ...named.map(exampleValue)].filter((value) => value !== undefined);
}

function exampleValue(example: unknown): unknown {
  return typeof example === "object" && example !== null && "value" in example ? example.value : undefined;
}
