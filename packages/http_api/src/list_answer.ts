import type { Response } from "express";
import { sendAbout } from "./answer.ts";
import { setSeqTag } from "./entity_tag.ts";
import { PacedResponse } from "./paced_response.ts";

/** A list whose items are read some at a time. */
export interface Slices<Item> {
  /** Read before the answer begins, so that what cannot be read is told as a problem. */
  readonly first: readonly Item[];
  /** The others, read as the client takes them; absent if the first are all. */
  readonly rest?: AsyncGenerator<readonly Item[], void>;
}

/** An answer that is one long list and what is told about it. */
export interface ListAnswer {
  /** The list's field, the first of the answer. */
  readonly name: string;
  readonly slices: Slices<unknown>;
  /** The fields behind the list, at least one. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Where the session stands that the answer is about, if it is about one. */
  readonly seq?: number;
}

/**
 * Sends a list, holding no more of it than a slice. A short one goes out as any other answer does; of a longer one the
 * length is not known when it begins. What fails behind its beginning cuts it off, so that no client takes it for whole.
 */
export async function sendList(response: Response, answer: ListAnswer, stall_ms: number): Promise<void> {
  const { name, slices, fields, seq } = answer;
  const { first, rest } = slices;
  if (rest === undefined) {
    sendAbout(response, 200, { answer: { [name]: first, ...fields }, ...(seq !== undefined && { seq }) });
    return;
  }
  if (seq !== undefined) setSeqTag(response, seq);
  response.writeHead(200, { "Content-Type": "application/json; charset=utf-8" });
  const paced = new PacedResponse(response, stall_ms);
  try {
    await paced.write(`{${JSON.stringify(name)}:[${itemsText(first)}`);
    let separator = first.length === 0 ? "" : ",";
    while (response.req.method !== "HEAD" && !paced.closed.aborted) {
      const { value, done } = await rest.next();
      if (done === true) break;
      if (value.length === 0) continue;
      await paced.write(separator + itemsText(value));
      separator = ",";
    }
    await paced.write(`],${JSON.stringify(fields).slice(1)}`);
    paced.end();
  } finally {
    await rest.return();
  }
}

/** The items as they stand between the brackets. */
function itemsText(items: readonly unknown[]): string {
  return JSON.stringify(items).slice(1, -1);
}
