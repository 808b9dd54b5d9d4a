/**
 * The generator that seeded ids come from. Every DDP client and server has to draw the same, bit for bit: Alea 0.9 with Mash 0.9,
 * by Johannes Baagøe.
 *
 * @module
 */

/** What a seed may be: its text counts. */
export type Seed = string | number;

const INITIAL = 0xefc8249d;
const FACTOR = 0.02519603282416938;
const TWO_TO_32 = 0x1_0000_0000;
const TWO_TO_MINUS_32 = 2.3283064365386963e-10;
const MULTIPLIER = 2_091_639;

/** Numbers from 0 up to 1, the same ones for the same seeds. Never for anything secret. */
export function alea(seeds: readonly Seed[]): () => number {
  const mash = createMash();
  let [s0, s1, s2] = [mash(" "), mash(" "), mash(" ")];
  let carry = 1;
  const apart = (state: number, text: string): number => {
    const difference = state - mash(text);
    return difference < 0 ? difference + 1 : difference;
  };
  for (const seed of seeds) {
    const text = String(seed);
    s0 = apart(s0, text);
    s1 = apart(s1, text);
    s2 = apart(s2, text);
  }
  return () => {
    const sum = MULTIPLIER * s0 + carry * TWO_TO_MINUS_32;
    s0 = s1;
    s1 = s2;
    carry = Math.trunc(sum);
    s2 = sum - carry;
    return s2;
  };
}

/** A hash that goes on from text to text. */
function createMash(): (text: string) => number {
  let state = INITIAL;
  return (text) => {
    for (let at = 0; at < text.length; at++) {
      state += text.charCodeAt(at);
      let hash = FACTOR * state;
      state = hash >>> 0;
      hash -= state;
      hash *= state;
      state = hash >>> 0;
      hash -= state;
      state += hash * TWO_TO_32;
    }
    return (state >>> 0) * TWO_TO_MINUS_32;
  };
}
