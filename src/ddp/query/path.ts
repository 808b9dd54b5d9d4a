/**
 * Paths into documents: names with dots between them, such as `address.city`, or `scores.0` for an element of an array.
 *
 * @module
 */

import { getField, isPlainObject } from "../protocol/fields.ts";
import type { Fields } from "../protocol/fields.ts";

/** (Spelled in one way only: many names for one element would be many changes of it.) */
const INDEX = /^(0|[1-9]\d*)$/;

export function isIndex(name: string): boolean {
  return INDEX.test(name);
}

/** The field or element of that name. */
export function child(value: unknown, name: string): unknown {
  if (Array.isArray(value)) return isIndex(name) ? value[Number(name)] : undefined;
  return isPlainObject(value) ? getField(value, name) : undefined;
}

/** What the names lead to, one into the other; arrays aren't gone through. */
export function valueAt(document: unknown, names: readonly string[]): unknown {
  return names.reduce(child, document);
}

/** Calls back with each value that the path leads to, until one says `true`; says whether one did. */
export type Lookup = (document: object, visit: (value: unknown) => boolean) => boolean;

/** How to find what `path` leads to: several values where it goes through arrays, and `undefined` where it leads nowhere. */
export function compilePath(path: string): Lookup {
  if (!path.includes(".")) return (document, visit) => visit(getField(document as Fields, path));
  const names = path.split(".");
  return (document, visit) => follow(document, names, 0, visit);
}

function follow(
  value: unknown,
  names: readonly string[],
  at: number,
  visit: (value: unknown) => boolean,
): boolean {
  const name = names[at];
  if (name === undefined) return visit(value);
  if (Array.isArray(value)) return followArray(value, names, at, visit);
  if (at > 0 && !isPlainObject(value)) return visit(undefined);
  return follow(getField(value as Fields, name), names, at + 1, visit);
}

/** A number is a position, or a name in the elements; another name can only be one in the elements. */
function followArray(
  values: readonly unknown[],
  names: readonly string[],
  at: number,
  visit: (value: unknown) => boolean,
): boolean {
  const name = names[at] as string;
  const isPosition = isIndex(name);
  if (isPosition && follow(values[Number(name)], names, at + 1, visit)) return true;
  return values.some(
    (value) =>
      isPlainObject(value) &&
      (!isPosition || Object.hasOwn(value, name)) &&
      follow(value, names, at, visit),
  );
}
