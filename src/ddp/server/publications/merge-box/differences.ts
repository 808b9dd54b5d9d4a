/**
 * What is different between documents.
 *
 * @module
 */

import { equals } from "../../../protocol/ejson/equals.ts";
import { getField, setField } from "../../../protocol/fields.ts";
import type { Fields, MutableFields } from "../../../protocol/fields.ts";

/** Of `changes` those that change something; `undefined` if none does. All of them: the object itself. */
export function realChanges(fields: Fields, changes: Fields): Fields | undefined {
  const names = Object.keys(changes);
  const real = names.filter((name) => !equals(getField(fields, name), changes[name]));
  if (real.length === 0) return undefined;
  if (real.length === names.length) return changes;
  const some: MutableFields = {};
  for (const name of real) setField(some, name, changes[name]);
  return some;
}

/** The changes that make `after` of `before`; `undefined` if there are none. */
export function difference(before: Fields, after: Fields): Fields | undefined {
  if (before === after) return undefined;
  const all: MutableFields = { ...after };
  for (const name of Object.keys(before)) {
    if (!Object.hasOwn(after, name)) setField(all, name, undefined);
  }
  return realChanges(before, all);
}
