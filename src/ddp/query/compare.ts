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

// Types in their order. What has no field comes first.
const UNDEFINED = 0;
const NULL = 1;
const NUMBER = 2;
const STRING = 3;
const OBJECT = 4;
const ARRAY = 5;
const BYTES = 6;
const ID = 7;
const BOOLEAN = 8;
const DATE = 9;
const REGEXP = 10;
const CUSTOM = 11;
const OTHER = 12;

/** Values of the same rank can be compared by `$lt` and the like; others never match there. */
export function rankOf(value: unknown): number {
  switch (typeof value) {
    case "object":
      return value === null ? NULL : rankOfObject(value);
    case "undefined":
      return UNDEFINED;
    case "number":
      return NUMBER;
    case "string":
      return STRING;
    case "boolean":
      return BOOLEAN;
    default:
      return OTHER;
  }
}

function rankOfObject(value: object): number {
  if (Array.isArray(value)) return ARRAY;
  if (isPlainObject(value)) return OBJECT;
  if (value instanceof Date) return DATE;
  if (value instanceof ObjectId) return ID;
  if (value instanceof Uint8Array) return BYTES;
  if (value instanceof RegExp) return REGEXP;
  return isCustom(value) ? CUSTOM : OBJECT;
}

/** Below 0 when `a` comes first, above 0 when `b` does, 0 when neither. */
export function compareValues(a: unknown, b: unknown): number {
  if (a === b) return 0;
  const rank = rankOf(a);
  const difference = rank - rankOf(b);
  if (difference !== 0) return difference;
  switch (rank) {
    case NUMBER:
      return compareNumbers(a as number, b as number);
    case DATE:
      return compareNumbers((a as Date).getTime(), (b as Date).getTime());
    case STRING:
    case BOOLEAN:
      return less(a as string, b as string);
    case ID:
    case REGEXP:
      return less(String(a), String(b));
    case ARRAY:
      return compareArrays(a as unknown[], b as unknown[]);
    case BYTES:
      return compareBytes(a as Uint8Array, b as Uint8Array);
    case OBJECT:
      return compareObjects(a as MutableFields, b as MutableFields);
    case CUSTOM:
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
