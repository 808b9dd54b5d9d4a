/**
 * What is different between two states of a document.
 *
 * @module
 */

import type { Document } from "../live/documents.ts";
import { equals } from "../protocol/ejson/equals.ts";
import { setField } from "../protocol/fields.ts";
import type { Fields, MutableFields } from "../protocol/fields.ts";

/** The fields without `_id`. */
export function fieldsOf(document: object): Fields {
  const { _id, ...fields } = document as Document & MutableFields;
  return fields;
}

/** The fields that are different in `after`, `undefined` for those that are gone; `undefined` when none is. */
export function differences(before: object, after: object): Fields | undefined {
  return compareFields(before as Fields, after as Fields);
}

function compareFields(before: Fields, after: Fields): Fields | undefined {
  let changes: MutableFields | undefined;
  for (const name of Object.keys(after)) {
    const value = after[name];
    if (Object.hasOwn(before, name) && equals(before[name], value)) continue;
    setField((changes ??= {}), name, value);
  }
  for (const name of Object.keys(before)) {
    if (!Object.hasOwn(after, name)) setField((changes ??= {}), name, undefined);
  }
  return changes;
}
