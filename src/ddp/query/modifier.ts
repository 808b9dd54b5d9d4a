/**
 * Modifiers: how documents are changed.
 *
 * @module
 */

import { equals } from "../protocol/ejson/equals.ts";
import { getField, isPlainObject } from "../protocol/fields.ts";
import type { Fields } from "../protocol/fields.ts";
import { Draft, parsePath } from "./modifiers/draft.ts";
import { invalidQuery } from "./invalid.ts";
import { OPERATORS } from "./modifiers/field-operators.ts";
import { copyFields } from "./values.ts";

/** What a modifier may need to know. */
export interface ModifyOptions {
  /** The document is about to be inserted. Default: `false`. */
  readonly isInsert?: boolean | undefined;
  /** Where `$` is in a path: the position of the element, in the array at this path, that the selector found. */
  readonly positionIn?: ((path: string) => number | undefined) | undefined;
}

/**
 * The document with the modifier done to it: a new one, that shares with the other what is the same. Values are copied out of the
 * modifier.
 *
 * @throws DdpError for a modifier that can't be done.
 */
export function modify<T extends object>(
  document: T,
  modifier: unknown,
  options: ModifyOptions = {},
): T {
  if (!isPlainObject(modifier)) throw invalidQuery("a modifier is an object");
  const changed = isReplacement(modifier)
    ? replace(document as Fields, modifier)
    : operate(document as Fields, modifier, options);
  const id = getField(document as Fields, "_id");
  if (id !== undefined && !equals(getField(changed, "_id"), id)) {
    throw invalidQuery("the _id of a document can't change");
  }
  return changed as T;
}

/** Whether it consists of fields, and not of operators. */
export function isReplacement(modifier: Fields): boolean {
  const names = Object.keys(modifier);
  const operators = names.filter((name) => name.startsWith("$"));
  if (operators.length > 0 && operators.length < names.length) {
    throw invalidQuery("a modifier has either operators or fields");
  }
  return operators.length === 0;
}

function replace(document: Fields, modifier: Fields): Fields {
  const fields = copyFields(modifier);
  if (!Object.hasOwn(document, "_id")) return fields;
  return { _id: document["_id"], ...fields };
}

function operate(document: Fields, modifier: Fields, options: ModifyOptions): Fields {
  const draft = new Draft(document);
  for (const [name, operands] of Object.entries(modifier)) {
    const operator = OPERATORS.get(name);
    if (!operator) throw invalidQuery(`there is no modifier ${name}`);
    if (!isPlainObject(operands)) throw invalidQuery(`${name} needs an object`);
    if (name === "$setOnInsert" && options.isInsert !== true) continue;
    for (const [path, operand] of Object.entries(operands)) {
      operator(draft, parsePath(locate(path, options)), operand);
    }
  }
  return draft.document;
}

/** The path with a position in place of each `$`. */
function locate(path: string, { positionIn }: ModifyOptions): string {
  if (!path.includes("$")) return path;
  const names = path.split(".");
  names.forEach((name, at) => {
    if (name !== "$" || at === 0) return;
    const position = positionIn?.(names.slice(0, at).join("."));
    if (position === undefined) throw invalidQuery(`the selector found no position for ${path}`);
    names[at] = String(position);
  });
  return names.join(".");
}
