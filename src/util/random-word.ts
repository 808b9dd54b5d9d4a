/**
 * Random numbers that nobody can foresee.
 *
 * @module
 */

interface Platform {
  readonly crypto: { getRandomValues(array: Uint32Array): Uint32Array };
}

/** Several at a time, since each call for some costs as much as hundreds of words. */
const words = new Uint32Array(256);
let used = words.length;

/** 32 random bits. They are kept nowhere: a secret may be made of them. */
export function randomWord(): number {
  if (used === words.length) {
    (globalThis as unknown as Platform).crypto.getRandomValues(words);
    used = 0;
  }
  const word = words[used] as number;
  words[used++] = 0;
  return word;
}
