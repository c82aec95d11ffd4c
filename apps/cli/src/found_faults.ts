import type { Fault } from "@session-ledger/schema_recorder";
import { faultText } from "./fault_text.ts";
import type { Output } from "./output.ts";
import { jsonText } from "./printable.ts";

/** Prints faults as they are found, each once, however often it is met. */
export class FoundFaults {
  readonly #output: Output;
  readonly #json: boolean;
  readonly #seen = new Set<string>();

  constructor(output: Output, json: boolean) {
    this.#output = output;
    this.#json = json;
  }

  get count(): number {
    return this.#seen.size;
  }

  async add(fault: Fault): Promise<void> {
    const text = this.#json ? jsonText(fault) : faultText(fault);
    if (this.#seen.has(text)) return;
    this.#seen.add(text);
    await this.#output.line(text);
  }
}
