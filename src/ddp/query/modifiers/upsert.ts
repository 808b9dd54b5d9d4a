/**
 * What an upsert inserts.
 *
 * @module
 */

import type { DocumentId } from "../../protocol/document-id.ts";
import { getField, isPlainObject } from "../../protocol/fields.ts";
import type { Fields } from "../../protocol/fields.ts";
import { Draft, parsePath } from "./draft.ts";
import { isReplacement, modify } from "../modifier.ts";
import { isDocumentId } from "../selector.ts";
import { copyValue } from "../values.ts";

/**
 * The document that the modifier makes of the fields whose values the selector tells.
 *
 * @throws DdpError for a modifier that can't be done.
 */
export function upsertDocument(
  selector: unknown,
  modifier: Fields,
  makeId: () => DocumentId,
): Fields {
  const known = isDocumentId(selector) ? { _id: selector } : equalities(selector);
  const isNew = isReplacement(modifier);
  const start = isNew ? idOf(known) : known;
  const document = modify(start, modifier, { isInsert: true });
  if (isDocumentId(getField(document, "_id"))) return document;
  return { _id: makeId(), ...document };
}

function idOf(fields: Fields): Fields {
  const id = getField(fields, "_id");
  return id === undefined ? {} : { _id: id };
}

function equalities(selector: unknown): Fields {
  const draft = new Draft({});
  if (isPlainObject(selector)) collect(selector, draft);
  return draft.document;
}

function collect(selector: Fields, draft: Draft): void {
  for (const [path, condition] of Object.entries(selector)) {
    if (path === "$and" && Array.isArray(condition)) {
      for (const part of condition) if (isPlainObject(part)) collect(part, draft);
    } else if (!path.startsWith("$")) {
      const value = equalValue(condition);
      if (value === undefined) continue;
      const names = parsePath(path);
      draft.change(names, () => copyValue(value, names.length));
    }
  }
}

/** `undefined`: the condition leaves several values possible. */
function equalValue(condition: unknown): unknown {
  if (condition instanceof RegExp) return undefined;
  if (!isPlainObject(condition)) return condition;
  if (!Object.keys(condition).some((name) => name.startsWith("$"))) return condition;
  return getField(condition, "$eq");
}
