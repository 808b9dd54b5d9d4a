/**
 * Passwords: what is sent, and what is stored of them (as Meteor does both).
 *
 * @module
 */

import { isPlainObject } from "../../protocol/fields.ts";
import { HashQueue } from "./hash-queue.ts";
import { sha256 } from "./tokens.ts";

/** What is used of the library. It is loaded with the first password. */
export interface Bcrypt {
  hash(text: string, rounds: number): Promise<string>;
  compare(text: string, hash: string): Promise<boolean>;
}

const DIGEST = /^[0-9a-f]{64}$/;
/** Characters. */
const MAX_LENGTH = 256;

/**
 * The SHA-256 of a password, in hexadecimal, from what a client sends: `{ digest, algorithm: "sha-256" }`, or the password itself.
 * `undefined` for anything else.
 */
export async function toDigest(given: unknown): Promise<string | undefined> {
  if (typeof given === "string") {
    return given !== "" && given.length <= MAX_LENGTH ? toHex(await sha256(given)) : undefined;
  }
  if (!isPlainObject(given) || given["algorithm"] !== "sha-256") return undefined;
  const { digest } = given;
  return typeof digest === "string" && DIGEST.test(digest) ? digest : undefined;
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Hashes and compares, some at a time: each takes its time, and is meant to. */
export class Passwords {
  readonly #rounds: number;
  readonly #load: () => Promise<Bcrypt>;
  readonly #queue = new HashQueue();
  /** For whoever has none, so that the answer takes as long. */
  #dummy: Promise<string> | undefined;

  /** `load`: another library, for tests. */
  constructor(rounds: number, load: () => Promise<Bcrypt> = () => import("bcryptjs")) {
    this.#rounds = rounds;
    this.#load = load;
  }

  /** What to store. */
  hash(digest: string): Promise<string> {
    return this.#queue.run(async () => {
      const { hash } = await this.#load();
      return hash(digest, this.#rounds);
    });
  }

  /**
   * Whether it is the password that `stored` was made of; `false`, after the same work, when there is none.
   *
   * @throws DdpError `too-many-requests` (as a rejection) when too many wait already.
   */
  async matches(digest: string, stored: string | undefined): Promise<boolean> {
    const hash = stored ?? (await this.#dummyHash());
    const same = await this.#queue.run(async () => {
      const { compare } = await this.#load();
      return compare(digest, hash);
    });
    return same && stored !== undefined;
  }

  async #dummyHash(): Promise<string> {
    this.#dummy ??= this.hash("");
    try {
      return await this.#dummy;
    } catch (error) {
      this.#dummy = undefined;
      throw error;
    }
  }
}
