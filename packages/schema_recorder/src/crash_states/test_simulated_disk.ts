import type { CatalogEntry } from "../catalog/catalog_entry.ts";
import { type Change, FileTree, type Node } from "./test_file_tree.ts";

/** What the catalog held at its last commit. SQLite makes a commit durable by itself, so it is one step. */
export interface CatalogContent {
  readonly next_batch: number;
  readonly entries: readonly CatalogEntry[];
}

/** What happened to a disk, in order. A sync makes durable what was changed of that node before it. */
export type Step =
  | { readonly kind: "change"; readonly change: Change }
  | { readonly kind: "sync"; readonly node: Node }
  | { readonly kind: "sync_all" }
  /** A failed sync: the system takes the pages for clean, so what was not durable never will be. */
  | { readonly kind: "sync_failed"; readonly node: Node }
  | { readonly kind: "catalog"; readonly catalog: CatalogContent | undefined };

/** A disk in memory, as its processes see it, and everything that was done to it since it was made. */
export class SimulatedDisk {
  /** What stood at the beginning, all of it durable. */
  readonly start: { readonly tree: FileTree; readonly catalog: CatalogContent | undefined };
  readonly tree: FileTree;
  readonly steps: Step[] = [];
  #catalog: CatalogContent | undefined;

  constructor(tree: FileTree = FileTree.empty(), catalog?: CatalogContent) {
    this.start = { tree: tree.copy(), catalog };
    this.tree = tree.copy();
    this.#catalog = catalog;
  }

  get catalog(): CatalogContent | undefined {
    return this.#catalog;
  }

  record(step: Step): void {
    this.steps.push(step);
    if (step.kind === "change") this.tree.apply(step.change);
    if (step.kind === "catalog") this.#catalog = step.catalog;
  }
}
