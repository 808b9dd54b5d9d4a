/**
 * Copies of values.
 *
 * @module
 */

import { setField } from "../fields.ts";
import type { MutableFields } from "../fields.ts";
import { isCustom, revive } from "./custom-types.ts";
import { checkDepth } from "./depth.ts";

/**
 * A copy that shares nothing that could be changed. Functions are copied by reference.
 *
 * @throws RangeError for a value that is nested deeper than 100 levels, or in itself.
 */
export function clone<T>(value: T): T {
  return cloneAt(value, 0) as T;
}

function cloneAt(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null) return value;
  checkDepth(depth);
  if (Array.isArray(value)) return value.map((item) => cloneAt(item, depth + 1));
  if (value instanceof Date) return new Date(value);
  if (value instanceof RegExp) return value;
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (hasClone(value)) return value.clone();
  if (isCustom(value)) return revive(value.typeName(), cloneAt(value.toJSONValue(), depth + 1));
  const copy: MutableFields = {};
  for (const [name, field] of Object.entries(value))
    setField(copy, name, cloneAt(field, depth + 1));
  return copy;
}

function hasClone(value: object): value is { clone(): unknown } {
  return typeof (value as { clone?: unknown }).clone === "function";
}
