/**
 * Tokens: what a client shows to go on with its session.
 *
 * A token begins with an id that it is found by; the rest is compared in a time that says nothing about it.
 *
 * @module
 */

import { secureRandom } from "../../protocol/random/random.ts";

const ID_LENGTH = 17;

export function newToken(): string {
  return secureRandom.id(ID_LENGTH) + secureRandom.secret();
}

/** The part that isn't secret. */
export function tokenId(token: string): string {
  return token.slice(0, ID_LENGTH);
}

/** Takes the same time for all that have the same length. */
export function isSameToken(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at++) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}
