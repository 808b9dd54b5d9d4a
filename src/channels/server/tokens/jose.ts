/**
 * The library that knows about tokens, loaded when the first one comes: who uses none doesn't carry it.
 *
 * @module
 */

import type * as jose from "jose";

export type Jose = typeof jose;

export function loadJose(): Promise<Jose> {
  return import("jose");
}
