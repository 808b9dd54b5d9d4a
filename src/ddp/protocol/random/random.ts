/**
 * Ids and secrets from a source of random numbers.
 *
 * @module
 */

import { randomWord } from "../../../util/random-word.ts";
import { alea } from "./alea.ts";
import type { Seed } from "./alea.ts";

/** Without those that people mix up. */
const UNMISTAKABLE = "23456789ABCDEFGHJKLMNPQRSTWXYZabcdefghijkmnopqrstuvwxyz";
const HEX = "0123456789abcdef";
const BASE64 = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

/** Draws ids: from one of these at a time, in order. */
export class Random {
  readonly #next: () => number;

  /** @internal Get one from {@link seededRandom}, or `secureRandom`. */
  constructor(next: () => number) {
    this.#next = next;
  }

  /** A number from 0 up to 1. */
  fraction(): number {
    return this.#next();
  }

  /** An id that a person can read out. Default: 17 characters, 96 bits. */
  id(length: number = 17): string {
    return this.#draw(length, UNMISTAKABLE);
  }

  hexString(digits: number): string {
    return this.#draw(digits, HEX);
  }

  /** Default: 43 characters, 256 bits: a secret when this draws from `secureRandom`, and else none at all. */
  secret(length: number = 43): string {
    return this.#draw(length, BASE64);
  }

  #draw(length: number, alphabet: string): string {
    let text = "";
    for (let left = length; left > 0; left--) {
      text += alphabet[Math.floor(this.#next() * alphabet.length)];
    }
    return text;
  }
}

/** Draws the same as everybody with these seeds does. */
export function seededRandom(...seeds: readonly [Seed, ...Seed[]]): Random {
  return new Random(alea(seeds));
}

/** Draws what nobody can foresee. */
export const secureRandom: Random = new Random(() => randomWord() / 2 ** 32);
