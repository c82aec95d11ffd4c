import { type CatalogEntry, toSessionEntry } from "./catalog/catalog_entry.ts";
import type {
  Erasure,
  LinePlace,
  SessionCountQuery,
  SessionEntry,
  SessionFilter,
  SessionPage,
  SessionQuery,
} from "./recorder.ts";
import { pageOf } from "./session_query.ts";
import type { StoreHealth } from "./store_health.ts";
import type { RecoveredStore } from "./store_recovery.ts";

type CommittedStore = Pick<RecoveredStore, "catalog" | "examiner" | "erasures">;

/** What the writer tells of its sessions: what the catalog knows, and the damage of their logs. */
export class CommittedSessions {
  readonly #recovered: CommittedStore;
  readonly #health: StoreHealth;

  constructor(recovered: CommittedStore, health: StoreHealth) {
    this.#recovered = recovered;
    this.#health = health;
  }

  find(session_id: string): readonly SessionEntry[] {
    this.#health.assertOpen();
    return this.#recovered.catalog.find(session_id).map((entry) => this.#told(entry));
  }

  *all({ holding_claim }: SessionFilter): Generator<SessionEntry, void> {
    this.#health.assertOpen();
    const { catalog } = this.#recovered;
    const entries = holding_claim === true ? catalog.claimed() : catalog.entries();
    for (const entry of entries) yield this.#told(entry);
  }

  list(query: SessionQuery): SessionPage {
    this.#health.assertOpen();
    const { entries, ...page } = pageOf(this.#recovered.catalog.list(query), query.limit);
    return { ...page, entries: entries.map((entry) => this.#told(entry)) };
  }

  count(query: SessionCountQuery): number {
    this.#health.assertOpen();
    return this.#recovered.catalog.count(query);
  }

  findByIdempotencyKey(scope: string): LinePlace | undefined {
    this.#health.assertOpen();
    return this.#recovered.catalog.findByIdempotencyKey(scope);
  }

  erasureOf(session_id: string): Erasure | undefined {
    this.#health.assertOpen();
    return this.#recovered.erasures.find(session_id);
  }

  #told(entry: CatalogEntry): SessionEntry {
    return toSessionEntry(entry, this.#recovered.examiner.faultOf(entry.log));
  }
}
