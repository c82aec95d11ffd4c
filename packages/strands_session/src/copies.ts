// What a value has in common with the one that it takes the place of. Blocks of the base are found by a rolling hash at
// any place of the target (as rsync does), and each match is grown to both sides, so that a few changes anywhere in a
// long value cost a few copies, however much the rest has shifted.

/** Bytes of the target that stand in the base too. */
export interface Copy {
  readonly base_at: number;
  readonly target_at: number;
  readonly length: number;
}

/** A copy is worth its numbers from about this length on. */
const BLOCK_BYTES = 32;

const FACTOR = 0x01000193;
/** FACTOR to the power of BLOCK_BYTES - 1, modulo 2^32: what the byte that leaves the block was multiplied with. */
const LEAVING_FACTOR = powerOfFactor(BLOCK_BYTES - 1);

/** The copies that a target is made of beside what is new, in the order of the target and without overlap. */
export function findCopies(base: Uint8Array, target: Uint8Array): Copy[] {
  const places = blockPlaces(base);
  const copies: Copy[] = [];
  let taken = 0;
  let at = 0;
  let hash = hashOf(target, 0);
  while (at + BLOCK_BYTES <= target.length) {
    const base_at = places.get(hash);
    if (base_at !== undefined && isEqual(base, base_at, target, at)) {
      const copy = grow(base, base_at, target, at, taken);
      copies.push(copy);
      taken = copy.target_at + copy.length;
      at = taken;
      hash = hashOf(target, at);
    } else {
      hash = roll(hash, target[at]!, target[at + BLOCK_BYTES] ?? 0);
      at += 1;
    }
  }
  return copies;
}

/** Where each block of the base begins; of equal blocks the first. */
function blockPlaces(base: Uint8Array): Map<number, number> {
  const places = new Map<number, number>();
  for (let at = 0; at + BLOCK_BYTES <= base.length; at += BLOCK_BYTES) {
    const hash = hashOf(base, at);
    if (!places.has(hash)) places.set(hash, at);
  }
  return places;
}

function grow(base: Uint8Array, base_at: number, target: Uint8Array, target_at: number, from: number): Copy {
  let before = 0;
  const before_max = Math.min(base_at, target_at - from);
  while (before < before_max && base[base_at - before - 1] === target[target_at - before - 1]) before += 1;
  let after = BLOCK_BYTES;
  const after_max = Math.min(base.length - base_at, target.length - target_at);
  while (after < after_max && base[base_at + after] === target[target_at + after]) after += 1;
  return { base_at: base_at - before, target_at: target_at - before, length: before + after };
}

function isEqual(base: Uint8Array, base_at: number, target: Uint8Array, target_at: number): boolean {
  for (let offset = 0; offset < BLOCK_BYTES; offset += 1) {
    if (base[base_at + offset] !== target[target_at + offset]) return false;
  }
  return true;
}

function hashOf(bytes: Uint8Array, at: number): number {
  let hash = 0;
  for (let offset = 0; offset < BLOCK_BYTES; offset += 1) {
    hash = (Math.imul(hash, FACTOR) + (bytes[at + offset] ?? 0)) | 0;
  }
  return hash;
}

function roll(hash: number, leaving: number, entering: number): number {
  return (Math.imul(hash - Math.imul(leaving, LEAVING_FACTOR), FACTOR) + entering) | 0;
}

function powerOfFactor(exponent: number): number {
  let power = 1;
  for (let count = 0; count < exponent; count += 1) power = Math.imul(power, FACTOR);
  return power;
}
