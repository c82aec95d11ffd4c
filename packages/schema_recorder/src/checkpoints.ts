import type { CatalogWriter } from "./catalog/catalog_writer.ts";
import type { Committer } from "./journal/committer.ts";
import type { RecoveredStore } from "./store_recovery.ts";

/** Makes durable what a sealed segment of the journal covers, so that the segment may go. */
export class Checkpoints {
  readonly #recovered: RecoveredStore;
  readonly #committer: Committer;
  readonly #catalog_writer: CatalogWriter;

  constructor(recovered: RecoveredStore, committer: Committer, catalog_writer: CatalogWriter) {
    this.#recovered = recovered;
    this.#committer = committer;
    this.#catalog_writer = catalog_writer;
  }

  /** Carries one out, once the segment before batch `next_batch` is sealed. A rejection ends the store. */
  async carryOut(next_batch: number): Promise<void> {
    const { catalog, erasures } = this.#recovered;
    catalog.sealRemovals();
    await this.#committer.syncSealed();
    await catalog.flush(next_batch, this.#catalog_writer);
    await erasures.flush();
    await this.#committer.dropSealed();
  }

  /** Lets go of everything that writes. */
  async close(): Promise<void> {
    await this.#committer.close();
    await this.#catalog_writer.close();
  }
}
