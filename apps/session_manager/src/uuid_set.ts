// A slot is the 16 bytes of a UUID as four words, and an empty one is all zeros, which no UUID is that a record may have.
// A UUID stands in the first free slot from the one that its hash points at.
import { randomInt } from "node:crypto";

/** A random UUID (version 4) of either spelling, as `RecordIdSchema` takes it. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

const WORDS = 4;
const SLOTS_MIN = 4;
/** What part of the slots is filled before there are half as many again: a UUID takes 18 to 27 bytes. */
const FILL_MAX = 0.9;
const GROWTH = 1.5;

/** Clients choose their UUIDs, so where these stand must not be known to them. */
const SEED = randomInt(2 ** 32);

/** UUIDs, told apart by all of their bytes. What is no UUID is never in it. */
export class UuidSet {
  #words = new Uint32Array(SLOTS_MIN * WORDS);
  #size = 0;

  /** How much memory the slots take. */
  get bytes(): number {
    return this.#words.byteLength;
  }

  has(uuid: string): boolean {
    const words = wordsOf(uuid);
    return words !== undefined && this.#holds(this.#slotFor(words), words);
  }

  add(uuid: string): void {
    const words = wordsOf(uuid);
    if (words === undefined || this.#holds(this.#slotFor(words), words)) return;
    if ((this.#size + 1) * WORDS > this.#words.length * FILL_MAX) this.#grow();
    this.#words.set(words, this.#slotFor(words));
    this.#size += 1;
  }

  /** Where a UUID stands, or the free slot that it would stand in. */
  #slotFor(words: Uint32Array): number {
    const slots = this.#words.length / WORDS;
    let at = Math.floor((hashOf(words) / 2 ** 32) * slots) * WORDS;
    while (this.#isTaken(at) && !this.#holds(at, words)) at = (at + WORDS) % this.#words.length;
    return at;
  }

  #isTaken(at: number): boolean {
    // The version of a UUID stands in its second word, which thus is never zero.
    return this.#words[at + 1] !== 0;
  }

  #holds(at: number, words: Uint32Array): boolean {
    for (let word = 0; word < WORDS; word += 1) if (this.#words[at + word] !== words[word]) return false;
    return true;
  }

  #grow(): void {
    const before = this.#words;
    this.#words = new Uint32Array(Math.ceil((before.length / WORDS) * GROWTH) * WORDS);
    const words = new Uint32Array(WORDS);
    for (let at = 0; at < before.length; at += WORDS) {
      for (let word = 0; word < WORDS; word += 1) words[word] = before[at + word]!;
      if (words[1] !== 0) this.#words.set(words, this.#slotFor(words));
    }
  }
}

function wordsOf(uuid: string): Uint32Array | undefined {
  if (!UUID.test(uuid)) return undefined;
  const words = new Uint32Array(WORDS);
  words[0] = Number.parseInt(uuid.slice(0, 8), 16);
  words[1] = Number.parseInt(uuid.slice(9, 13) + uuid.slice(14, 18), 16);
  words[2] = Number.parseInt(uuid.slice(19, 23) + uuid.slice(24, 28), 16);
  words[3] = Number.parseInt(uuid.slice(28), 16);
  return words;
}

function hashOf(words: Uint32Array): number {
  let hash = SEED;
  for (let word = 0; word < WORDS; word += 1) {
    hash = Math.imul(hash ^ words[word]!, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
}
