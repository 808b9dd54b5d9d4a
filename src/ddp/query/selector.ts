/**
 * Selectors: which documents a query is about.
 *
 * @module
 */

import { Query } from "mingo/query";
import type { DocumentId } from "../protocol/document-id.ts";
import { idStringify } from "../protocol/document-id.ts";
import { DdpError } from "../protocol/error.ts";
import { getField, isPlainObject } from "../protocol/fields.ts";
import type { Fields } from "../protocol/fields.ts";
import { ObjectId } from "../protocol/object-id.ts";
import { checkSelector } from "./selectors/check-selector.ts";
import { invalidQuery } from "./invalid.ts";
import { CONTEXT } from "./selectors/operators.ts";

/** A selector, ready to be asked. */
export interface CompiledSelector {
  /** The only ids that can match; `undefined` when it could be any. */
  readonly ids: readonly DocumentId[] | undefined;
  /** Whether this document does. */
  matches(document: object): boolean;
}

const ALL: CompiledSelector = { ids: undefined, matches: () => true };
const NONE: CompiledSelector = { ids: [], matches: () => false };

/**
 * Compiles a selector. What is no selector, such as `undefined` or `null`, matches nothing, so that a missing value never stands
 * for everything.
 *
 * @throws DdpError for operators that there aren't, those that run code among them.
 */
export function compileSelector(selector: unknown): CompiledSelector {
  if (isDocumentId(selector)) return byId(selector);
  if (!isPlainObject(selector)) return NONE;
  const names = Object.keys(selector);
  if (names.length === 0) return ALL;
  if (names.length === 1 && isDocumentId(getField(selector, "_id"))) {
    return byId(selector._id as DocumentId);
  }
  const query = compile(checkSelector(selector));
  return { ids: idsIn(selector), matches: (document) => query.test(document as Fields) };
}

export function isDocumentId(value: unknown): value is DocumentId {
  return typeof value === "string" || typeof value === "number" || value instanceof ObjectId;
}

function byId(id: DocumentId): CompiledSelector {
  const key = idStringify(id);
  return {
    ids: [id],
    matches: (document) => idStringify(getField(document as Fields, "_id")) === key,
  };
}

function compile(selector: Fields): Query {
  try {
    return new Query(selector, { context: CONTEXT, scriptEnabled: false });
  } catch (error) {
    if (error instanceof DdpError) throw error;
    throw invalidQuery(error instanceof Error ? error.message : "this is no selector", error);
  }
}

/** The ids that all of its conditions leave. */
function idsIn(selector: Fields): readonly DocumentId[] | undefined {
  const id = getField(selector, "_id");
  if (isDocumentId(id)) return [id];
  if (isPlainObject(id)) {
    const equal = getField(id, "$eq");
    if (isDocumentId(equal)) return [equal];
    const among = getField(id, "$in");
    if (Array.isArray(among) && among.every(isDocumentId)) return among;
  }
  const all = getField(selector, "$and");
  if (!Array.isArray(all)) return undefined;
  for (const part of all) {
    const ids = isPlainObject(part) ? idsIn(part) : undefined;
    if (ids) return ids;
  }
  return undefined;
}
