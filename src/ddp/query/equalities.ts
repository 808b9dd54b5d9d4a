/**
 * What a document must hold to match a selector, where that can be said without asking the selector.
 *
 * @module
 */

import { getField, isPlainObject } from "../protocol/fields.ts";
import type { Fields } from "../protocol/fields.ts";

/** A top-level field that has to be this value, or a list with it. */
export interface Equality {
  readonly field: string;
  readonly value: string | number;
}

/** Those that every document which matches fulfils: none if the selector says nothing of the kind. */
export function equalitiesIn(selector: unknown): readonly Equality[] {
  if (!isPlainObject(selector)) return [];
  const found: Equality[] = [];
  for (const field of Object.keys(selector)) {
    const condition = selector[field];
    const value = isPlainObject(condition) ? getField(condition, "$eq") : condition;
    if (isName(field) && isIndexed(value)) found.push({ field, value });
  }
  return found;
}

/** The values of the field that an equality could be about. */
export function valuesOf(document: object, field: string): readonly unknown[] {
  const value = getField(document as Fields, field);
  return Array.isArray(value) ? value : [value];
}

function isName(field: string): boolean {
  return field !== "_id" && !field.startsWith("$") && !field.includes(".");
}

function isIndexed(value: unknown): value is string | number {
  return typeof value === "string" || (typeof value === "number" && !Number.isNaN(value));
}
