/**
 * Ids (WAMP specification, "IDs"): whole numbers from 1 to 2^53.
 *
 * @module
 */

import type { Id } from "./messages.ts";

export const MAX_ID: Id = 2 ** 53;

export function isId(value: unknown): value is Id {
  return typeof value === "number" && value >= 1 && value <= MAX_ID && Math.floor(value) === value;
}

/** The id of a request after that one. */
export function nextId(id: Id): Id {
  return id >= MAX_ID ? 1 : id + 1;
}
