/**
 * Which queries are the same, so that they can share a run.
 *
 * @module
 */

import { isCustom } from "../../protocol/ejson/custom-types.ts";
import { stringify } from "../../protocol/ejson/text.ts";
import { isPlainObject } from "../../protocol/fields.ts";
import type { MemoryQuery } from "./memory-query.ts";

let distinct = 0;

/**
 * Equal for queries that deliver the same documents; others have different ones. Only the order of a selector's or a projection's
 * own fields is without meaning: those of a value in them count, and so do those of a sort.
 *
 * @throws RangeError for a selector that is nested deeper than 100 levels.
 */
export function queryKey({ collection, selector, options }: MemoryQuery): string {
  if (!isWritten(selector)) return `${distinct++}`;
  const { sort, skip, limit, fields } = options;
  const parts = [inOrder(selector), entries(sort), skip, limit, inOrder(fields)];
  return stringify([collection, ...parts.map((part) => part ?? null)]);
}

/** Whether EJSON tells the value from all others: of `undefined`, and of classes that it doesn't know, nothing is left in it. */
function isWritten(value: unknown): boolean {
  if (value === undefined) return false;
  if (typeof value !== "object" || value === null) return typeof value !== "function";
  if (Array.isArray(value)) return value.every(isWritten);
  if (value instanceof Date || value instanceof RegExp || value instanceof Uint8Array) return true;
  if (isCustom(value)) return true;
  return isPlainObject(value) && Object.values(value).every(isWritten);
}

function inOrder(value: unknown): unknown {
  return isPlainObject(value) ? entries(value)?.toSorted(([a], [b]) => (a < b ? -1 : 1)) : value;
}

function entries(value: object | undefined): [string, unknown][] | undefined {
  return value && Object.entries(value);
}
