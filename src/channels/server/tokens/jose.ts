/**
 * The library that knows about tokens, loaded when the first one comes: who uses none doesn't carry it.
 *
 * @module
 */

export type Jose = typeof import("jose");

export function loadJose(): Promise<Jose> {
  return import("jose");
}
