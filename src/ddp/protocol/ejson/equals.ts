/**
 * Whether two values are the same to EJSON.
 *
 * @module
 */

import { isCustom } from "./custom-types.ts";
import { checkDepth } from "./depth.ts";

/** How to compare. */
export interface EqualsOptions {
  /** Whether the order of an object's fields counts. Default: `false`. */
  readonly keyOrderSensitive?: boolean | undefined;
}

/**
 * Whether both are the same value: by content, `NaN` being the same as itself. Objects with an `equals` decide themselves.
 *
 * @throws RangeError for values that are nested deeper than 100 levels.
 */
export function equals(a: unknown, b: unknown, options: EqualsOptions = {}): boolean {
  return equalsAt(a, b, options.keyOrderSensitive === true, 0);
}

function equalsAt(a: unknown, b: unknown, ordered: boolean, depth: number): boolean {
  if (a === b) return true;
  if (typeof a === "number") return Number.isNaN(a) && Number.isNaN(b);
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  checkDepth(depth);
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b)) return false;
    return equalArrays(a, b, ordered, depth);
  }
  return equalSpecial(a, b) ?? equalFields(a, b, ordered, depth);
}

/** `undefined`: both are ordinary objects. */
function equalSpecial(a: object, b: object): boolean | undefined {
  if (a instanceof Date || b instanceof Date) {
    return a instanceof Date && b instanceof Date && Object.is(a.getTime(), b.getTime());
  }
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && equalBytes(a, b);
  }
  if (a instanceof RegExp || b instanceof RegExp) {
    return a instanceof RegExp && b instanceof RegExp && String(a) === String(b);
  }
  if (hasEquals(a)) return a.equals(b);
  if (hasEquals(b)) return b.equals(a);
  if (isCustom(a) || isCustom(b)) {
    if (!isCustom(a) || !isCustom(b) || a.typeName() !== b.typeName()) return false;
    return equals(a.toJSONValue(), b.toJSONValue());
  }
  return undefined;
}

function hasEquals(value: object): value is { equals(other: unknown): boolean } {
  return typeof (value as { equals?: unknown }).equals === "function";
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

function equalArrays(a: unknown[], b: unknown[], ordered: boolean, depth: number): boolean {
  if (a.length !== b.length) return false;
  return a.every((value, at) => equalsAt(value, b[at], ordered, depth + 1));
}

function equalFields(a: object, b: object, ordered: boolean, depth: number): boolean {
  const names = Object.keys(a);
  const others = Object.keys(b);
  if (names.length !== others.length) return false;
  return names.every((name, at) => {
    if (ordered ? others[at] !== name : !Object.hasOwn(b, name)) return false;
    const key = name as keyof typeof a;
    return equalsAt(a[key], b[key], ordered, depth + 1);
  });
}
