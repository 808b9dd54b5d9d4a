/**
 * The order of values, as MongoDB and Minimongo have it: first by type, then by value.
 *
 * @module
 */

import { isCustom } from "../protocol/ejson/custom-types.ts";
import { stringify } from "../protocol/ejson/text.ts";
import { isPlainObject } from "../protocol/fields.ts";
import type { MutableFields } from "../protocol/fields.ts";
import { ObjectId } from "../protocol/object-id.ts";

/** Types in their order. What has no field comes first. */
export const RANK = {
  undefined: 0,
  null: 1,
  number: 2,
  bigint: 2,
  string: 3,
  object: 4,
  array: 5,
  bytes: 6,
  id: 7,
  boolean: 8,
  date: 9,
  regexp: 10,
  custom: 11,
  function: 12,
  symbol: 12,
} as const;

/** Values of the same rank can be compared by `$lt` and the like; others never match there. */
export function rankOf(value: unknown): number {
  const type = typeof value;
  return type === "object" ? rankOfObject(value as object | null) : RANK[type];
}

function rankOfObject(value: object | null): number {
  if (value === null) return RANK.null;
  if (Array.isArray(value)) return RANK.array;
  if (isPlainObject(value)) return RANK.object;
  if (value instanceof Date) return RANK.date;
  if (value instanceof ObjectId) return RANK.id;
  if (value instanceof Uint8Array) return RANK.bytes;
  if (value instanceof RegExp) return RANK.regexp;
  return isCustom(value) ? RANK.custom : RANK.object;
}

/** Below 0 when `a` comes first, above 0 when `b` does, 0 when neither. */
export function compareValues(a: unknown, b: unknown): number {
  if (a === b) return 0;
  const rank = rankOf(a);
  const difference = rank - rankOf(b);
  if (difference !== 0) return difference;
  switch (rank) {
    case RANK.number:
      return compareNumbers(a as number, b as number);
    case RANK.date:
      return compareNumbers((a as Date).getTime(), (b as Date).getTime());
    case RANK.string:
    case RANK.boolean:
      return less(a as string, b as string);
    case RANK.id:
    case RANK.regexp:
      return less(String(a), String(b));
    case RANK.array:
      return compareArrays(a as unknown[], b as unknown[]);
    case RANK.bytes:
      return compareBytes(a as Uint8Array, b as Uint8Array);
    case RANK.object:
      return compareObjects(a as MutableFields, b as MutableFields);
    case RANK.custom:
      return less(stringify(a), stringify(b));
    default:
      return 0;
  }
}

function less<T extends string | number | boolean>(a: T, b: T): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** `NaN` comes before all other numbers. */
function compareNumbers(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1;
  return Number.isNaN(b) ? 1 : less(a, b);
}

function compareArrays(a: readonly unknown[], b: readonly unknown[]): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const order = compareValues(a[at], b[at]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  if (a.length !== b.length) return a.length - b.length;
  for (let at = 0; at < a.length; at++) {
    if (a[at] !== b[at]) return (a[at] as number) - (b[at] as number);
  }
  return 0;
}

/** Field by field, in the order that the fields have: first the name, then the value. */
function compareObjects(a: MutableFields, b: MutableFields): number {
  const names = Object.keys(a);
  const others = Object.keys(b);
  const length = Math.min(names.length, others.length);
  for (let at = 0; at < length; at++) {
    const [name, other] = [names[at] as string, others[at] as string];
    const order = less(name, other) || compareValues(a[name], b[other]);
    if (order !== 0) return order;
  }
  return names.length - others.length;
}
