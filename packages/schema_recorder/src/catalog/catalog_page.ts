import { crc32 } from "node:zlib";
import { gapOf } from "./page_gaps.ts";

export const PAGE_BYTES = 4096;

/**
 * The checksum of a page: the CRC-32 of all its bytes but those that belong to nothing, which may be overwritten at any
 * time. Which those are, the others say. `number` is the page's, from 1.
 */
export function pageSum(page: Buffer, number: number): number {
  if (page.length < PAGE_BYTES) return crc32(page);
  const gap = gapOf(page, number);
  if (gap.length === 0) return crc32(page);
  const start = gap.byteOffset - page.byteOffset;
  return crc32(page.subarray(start + gap.length), crc32(page.subarray(0, start)));
}
