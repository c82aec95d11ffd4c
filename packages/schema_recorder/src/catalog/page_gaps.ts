// SQLite overwrites what is deleted (`secure_delete`), but not the copies that it leaves behind when it moves rows from
// page to page: they stay in the gap between a page's cell pointers and its cells, which belongs to no row
// (https://www.sqlite.org/fileformat2.html#b_tree_pages). Numbers are big-endian.
//
//   0  1  the kind of b-tree page; pages of any other kind begin with a page number, whose first byte is 0 here
//   3  2  how many cells there are
//   5  2  where the cells begin, 0 for 65,536
//   8  4  only on an inner page: its right-most child
//         the cell pointers, 2 bytes each; after them the gap

/** Where the b-tree header of the first page stands: after that of the file. */
const FILE_HEADER_BYTES = 100;
const INNER_KINDS = [2, 5];
const LEAF_KINDS = [10, 13];
const INNER_HEADER_BYTES = 12;
const LEAF_HEADER_BYTES = 8;
const POINTER_BYTES = 2;

/** The bytes of a page that belong to nothing: a view of it, empty if there are none. `number` is the page's, from 1. */
export function gapOf(page: Buffer, number: number): Buffer {
  const header = number === 1 ? FILE_HEADER_BYTES : 0;
  const kind = page[header]!;
  const is_inner = INNER_KINDS.includes(kind);
  if (!is_inner && !LEAF_KINDS.includes(kind)) return page.subarray(0, 0);
  const pointers = header + (is_inner ? INNER_HEADER_BYTES : LEAF_HEADER_BYTES);
  const start = pointers + page.readUInt16BE(header + 3) * POINTER_BYTES;
  const end = page.readUInt16BE(header + 5);
  return end === 0 || start >= end ? page.subarray(0, 0) : page.subarray(start, end);
}
