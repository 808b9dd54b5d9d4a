/**
 * Ids as MongoDB makes them.
 *
 * @module
 */

import { addType } from "./ejson/custom-types.ts";
import { secureRandom } from "./random/random.ts";

const HEX = /^[0-9a-f]{24}$/;

/** Twelve bytes that name a document. Two with the same digits are equal to EJSON, though not the same object. */
export class ObjectId {
  readonly #hex: string;

  /**
   * Default: one at random.
   *
   * @throws TypeError for anything but 24 hexadecimal digits.
   */
  constructor(hex: string = secureRandom.hexString(24)) {
    // (It comes from the network too.)
    const digits = typeof hex === "string" ? hex.toLowerCase() : "";
    if (!HEX.test(digits)) throw new TypeError("an ObjectId has 24 hexadecimal digits");
    this.#hex = digits;
  }

  toHexString(): string {
    return this.#hex;
  }

  toString(): string {
    return `ObjectID("${this.#hex}")`;
  }

  typeName(): string {
    return "oid";
  }

  toJSONValue(): string {
    return this.#hex;
  }

  clone(): ObjectId {
    return new ObjectId(this.#hex);
  }

  equals(other: unknown): boolean {
    return other instanceof ObjectId && other.#hex === this.#hex;
  }
}

addType("oid", (json) => new ObjectId(json as string));
