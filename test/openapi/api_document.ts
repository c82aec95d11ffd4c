// The server's own description, as its clients read it: an OpenAPI 3.1 document, and nothing of the code behind it.
import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

/** A JSON Schema (2020-12) of the document. */
export type Schema = Readonly<Record<string, unknown>>;

interface Described {
  readonly description?: string;
  readonly schema: Schema;
}
export interface Parameter extends Described {
  readonly in: "path" | "query" | "header" | "cookie";
  readonly name: string;
  readonly required?: boolean;
}
export interface Content {
  readonly schema: Schema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly $ref: string }>>;
}
export interface Answer {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Described & { readonly required?: boolean }>>;
  readonly content?: Readonly<Record<string, Content>>;
}
interface OperationObject {
  readonly operationId: string;
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required?: boolean; readonly content: Readonly<Record<string, Content>> };
  readonly responses: Readonly<Record<string, Answer>>;
}
/** One operation, with where it stands. */
export interface DescribedOperation extends OperationObject {
  readonly method: string;
  readonly path: string;
}
interface DocumentObject {
  readonly openapi: string;
  readonly tags: readonly { readonly name: string; readonly description?: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** The document of a running server, with its schemas compiled. */
export class ApiDocument {
  readonly operations: readonly DescribedOperation[];
  readonly tags: DocumentObject["tags"];
  readonly #document: DocumentObject;
  readonly #ajv = new Ajv2020({
    strict: true,
    strictRequired: false,
    allErrors: true,
    allowUnionTypes: true,
  });
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(document: DocumentObject) {
    this.#document = document;
    this.tags = document.tags;
    addFormats.default(this.#ajv);
    this.#ajv.addVocabulary(["components", "example"]);
    this.operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ ...operation, method, path })),
    );
  }

  static async of(url: string): Promise<ApiDocument> {
    const response = await fetch(`${url}/openapi.json`);
    return new ApiDocument((await response.json()) as DocumentObject);
  }

  /** What a schema has against a value; empty if it takes it. */
  faultsOf(schema: Schema, value: unknown): readonly string[] {
    const text = JSON.stringify(schema);
    const validate = this.#validators.get(text) ?? this.#compile(schema, text);
    return validate(value) ? [] : (validate.errors ?? []).map(toText);
  }

  /** What `$ref` points to, which may be an example or a schema. */
  resolve(reference: string): unknown {
    let place: unknown = this.#document;
    for (const name of reference.replace(/^#\//, "").split("/")) {
      if (typeof place !== "object" || place === null) return undefined;
      place = (place as Readonly<Record<string, unknown>>)[name.replaceAll("~1", "/").replaceAll("~0", "~")];
    }
    return place;
  }

  /** A schema's references are to the document's components, so it is compiled together with them. */
  #compile(schema: Schema, text: string): ValidateFunction {
    const { schemas } = this.#document.components;
    const validate = this.#ajv.compile({ ...schema, components: { schemas } });
    this.#validators.set(text, validate);
    return validate;
  }
}

function toText({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath} ${message} ${JSON.stringify(params)}`;
}
