// A file system as nodes: files with content, and folders with entries that name nodes. The two are kept apart, as on
// a disk: a file may have its content and no entry anywhere, or an entry and no content.

/** A file or a folder, whatever names it and whatever it holds. */
export interface Node {
  readonly kind: "file" | "folder";
}

const TOP: Node = { kind: "folder" };

/** One change of one node: what a power cut keeps or drops. */
export type Change =
  | { readonly kind: "write"; readonly node: Node; readonly position: number; readonly bytes: Buffer }
  | { readonly kind: "truncate"; readonly node: Node; readonly length: number }
  | { readonly kind: "link"; readonly node: Node; readonly name: string; readonly target: Node }
  | { readonly kind: "unlink"; readonly node: Node; readonly name: string }
  | { readonly kind: "rename"; readonly node: Node; readonly from: string; readonly to: string };

const EMPTY = Buffer.alloc(0);
const NO_ENTRIES: ReadonlyMap<string, Node> = new Map();

export class FileTree {
  readonly #files: Map<Node, Buffer>;
  readonly #folders: Map<Node, ReadonlyMap<string, Node>>;

  private constructor(files: Map<Node, Buffer>, folders: Map<Node, ReadonlyMap<string, Node>>) {
    this.#files = files;
    this.#folders = folders;
  }

  static empty(): FileTree {
    return new FileTree(new Map(), new Map());
  }

  /** A tree that changes by itself. Contents are never changed in place, so they are shared. */
  copy(): FileTree {
    return new FileTree(new Map(this.#files), new Map(this.#folders));
  }

  content(node: Node): Buffer {
    return this.#files.get(node) ?? EMPTY;
  }

  entries(node: Node): ReadonlyMap<string, Node> {
    return this.#folders.get(node) ?? NO_ENTRIES;
  }

  /** The node at an absolute path. */
  find(path: string): Node | undefined {
    let node: Node | undefined = TOP;
    for (const name of path.split("/")) {
      if (name !== "" && node !== undefined) node = this.entries(node).get(name);
    }
    return node;
  }

  /** Everything whose name or content holds a text, as a path. */
  *holding(text: string, node: Node = TOP, path = ""): Generator<string, void> {
    if (this.content(node).includes(text)) yield path;
    for (const [name, target] of this.entries(node)) {
      const entry = `${path}/${name}`;
      if (name.includes(text)) yield entry;
      yield* this.holding(text, target, entry);
    }
  }

  apply(change: Change): void {
    const { node } = change;
    switch (change.kind) {
      case "write":
        this.#files.set(node, written(this.content(node), change.position, change.bytes));
        return;
      case "truncate":
        this.#files.set(node, resized(this.content(node), change.length));
        return;
      default:
        this.#folders.set(node, relinked(this.entries(node), change));
    }
  }
}

function written(content: Buffer, position: number, bytes: Buffer): Buffer {
  const next = Buffer.alloc(Math.max(content.length, position + bytes.length));
  content.copy(next);
  bytes.copy(next, position);
  return next;
}

function resized(content: Buffer, length: number): Buffer {
  const next = Buffer.alloc(length);
  content.copy(next);
  return next;
}

function relinked(
  entries: ReadonlyMap<string, Node>,
  change: Exclude<Change, { kind: "write" | "truncate" }>,
): ReadonlyMap<string, Node> {
  const next = new Map(entries);
  if (change.kind === "link") next.set(change.name, change.target);
  else if (change.kind === "unlink") next.delete(change.name);
  else {
    const target = next.get(change.from);
    next.delete(change.from);
    // A rename that is kept while the creation before it was dropped has nothing to move.
    if (target !== undefined) next.set(change.to, target);
  }
  return next;
}
