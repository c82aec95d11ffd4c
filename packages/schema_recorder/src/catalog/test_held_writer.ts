import type { CatalogChanges, CatalogWriter } from "./catalog_writer.ts";

/** A writer on a thread, at one of the two moments that others may look at: nothing is in the file yet, or all is. */
export class HeldWriter implements CatalogWriter {
  readonly go = Promise.withResolvers<void>();
  readonly #writer: CatalogWriter;
  readonly #held: "before" | "after";

  constructor(writer: CatalogWriter, held: "before" | "after") {
    this.#writer = writer;
    this.#held = held;
  }

  async write(changes: CatalogChanges): Promise<void> {
    if (this.#held === "before") await this.go.promise;
    await this.#writer.write(changes);
    if (this.#held === "after") await this.go.promise;
  }

  async close(): Promise<void> {}
}
