/**
 * Values on their way into a document: copied, and checked.
 *
 * @module
 */

import { clone } from "../protocol/ejson/clone.ts";
import { MAX_DEPTH } from "../protocol/ejson/depth.ts";
import { isPlainObject, setField } from "../protocol/fields.ts";
import type { Fields, MutableFields } from "../protocol/fields.ts";
import { invalidQuery } from "./invalid.ts";

/**
 * A copy that shares nothing with the caller. Fields that are `undefined` are left out.
 *
 * @param depth how many levels down in its document the value is
 * @throws DdpError for names that MongoDB refuses, and for a value that is too deep, or no value at all.
 */
export function copyValue(value: unknown, depth: number = 0): unknown {
  if (typeof value === "function" || typeof value === "symbol" || typeof value === "bigint") {
    throw invalidQuery(`a document can't hold a ${typeof value}`);
  }
  if (typeof value !== "object" || value === null) return value;
  if (depth > MAX_DEPTH) throw invalidQuery(`documents may be ${MAX_DEPTH} levels deep at most`);
  if (Array.isArray(value)) return value.map((item) => copyValue(item, depth + 1) ?? null);
  return isPlainObject(value) ? copyFields(value, depth) : clone(value);
}

/** As {@link copyValue}. */
export function copyFields(fields: object, depth: number = 0): MutableFields {
  const copy: MutableFields = {};
  for (const [name, field] of Object.entries(fields as Fields)) {
    checkName(name);
    const value = copyValue(field, depth + 1);
    if (value !== undefined) setField(copy, name, value);
  }
  return copy;
}

function checkName(name: string): void {
  if (name.startsWith("$")) throw invalidQuery(`the field ${name} can't start with $`);
  if (name.includes(".")) throw invalidQuery(`the field ${name} can't contain a dot`);
  checkNull(name);
}

export function checkNull(name: string): void {
  if (name.includes("\0")) throw invalidQuery("the name of a field can't contain a null byte");
}
