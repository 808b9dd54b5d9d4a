/**
 * The order of documents.
 *
 * @module
 */

import { getField } from "../protocol/fields.ts";
import type { Fields } from "../protocol/fields.ts";
import { compareValues } from "./compare.ts";
import { invalidQuery } from "./invalid.ts";
import { compilePath } from "./path.ts";

/** Below 0 when `a` comes first, above 0 when `b` does, 0 when neither. */
export type Compare = (a: object, b: object) => number;

/**
 * The order that a `sort` asks for. Where a field is an array, its least element counts, and for a descending order its greatest.
 *
 * @throws DdpError for a direction that is neither 1 nor -1.
 */
export function compileSort(sort: Readonly<Record<string, 1 | -1 | undefined>>): Compare {
  const orders = Object.entries(sort).map(([path, direction]) => compareBy(path, direction));
  const [first, ...others] = orders;
  if (!first) return () => 0;
  if (others.length === 0) return first;
  return (a, b) => {
    for (const compare of orders) {
      const order = compare(a, b);
      if (order !== 0) return order;
    }
    return 0;
  };
}

function compareBy(path: string, direction: unknown): Compare {
  if (direction !== 1 && direction !== -1) throw invalidQuery(`the order of ${path} is 1 or -1`);
  const keyOf = compileKey(path, direction);
  return (a, b) => direction * compareValues(keyOf(a), keyOf(b));
}

function compileKey(path: string, direction: 1 | -1): (document: object) => unknown {
  const keyWithin = compileKeyWithin(path, direction);
  if (path.includes(".")) return keyWithin;
  return (document) => {
    const value = getField(document as Fields, path);
    return Array.isArray(value) ? keyWithin(document) : value;
  };
}

/** The key among several values. */
function compileKeyWithin(path: string, direction: 1 | -1): (document: object) => unknown {
  const lookup = compilePath(path);
  return (document) => {
    let key: unknown;
    let isFirst = true;
    const consider = (value: unknown): void => {
      if (isFirst || direction * compareValues(value, key) < 0) key = value;
      isFirst = false;
    };
    lookup(document, (value) => {
      if (!Array.isArray(value)) consider(value);
      else for (const element of value as unknown[]) consider(element);
      return false;
    });
    return key;
  };
}
