/**
 * What clients may give for a write.
 *
 * @module
 */

import { DdpError } from "../../protocol/error.ts";
import { isPlainObject } from "../../protocol/fields.ts";
import { ObjectId } from "../../protocol/object-id.ts";
import type { Modifier } from "../../store/types.ts";
import type { ById } from "./write-rules.ts";

/** Those whose effect a rule can tell from the names of the fields. (`$rename` writes to a field that is no name but a value.) */
const OPERATORS: ReadonlySet<string> = new Set([
  "$addToSet",
  "$inc",
  "$max",
  "$min",
  "$mul",
  "$pop",
  "$pull",
  "$pullAll",
  "$push",
  "$set",
  "$unset",
]);

/** @throws DdpError 403 for a selector that is more than an id: whether a document matches would tell what is in it. */
export function toById(selector: unknown, kind: string): ById {
  const id =
    isPlainObject(selector) && Object.keys(selector).length === 1 ? selector["_id"] : selector;
  if (isId(id)) return { _id: id };
  throw new DdpError(403, `Not permitted. Untrusted code may only ${kind} documents by ID.`);
}

function isId(id: unknown): id is ById["_id"] {
  return (typeof id === "string" && id !== "") || typeof id === "number" || id instanceof ObjectId;
}

/** @throws DdpError 403 for an upsert; 409 for options that are none. */
export function checkUpdateOptions(options: unknown): void {
  if (options === undefined || options === null) return;
  if (!isPlainObject(options)) throw new DdpError(409, "Options are an object");
  // (`multi` means nothing: only one document can have the id.)
  if (options["upsert"]) throw refused("Upserts not allowed in a restricted collection.");
}

/** The modifier, and the names of the top-level fields that it may change. */
export interface CheckedModifier {
  readonly modifier: Modifier;
  readonly fields: readonly string[];
}

/** @throws DdpError 403 for a modifier that rules can't judge; 409 for what is none. */
export function checkModifier(modifier: unknown): CheckedModifier {
  if (!isPlainObject(modifier)) throw new DdpError(409, "A modifier is an object");
  const fields = new Set<string>();
  for (const [operator, operand] of Object.entries(modifier)) {
    if (!operator.startsWith("$")) {
      throw refused("In a restricted collection you can only update documents, not replace them.");
    }
    if (!OPERATORS.has(operator)) {
      throw refused(`Operator ${operator} not allowed in a restricted collection.`);
    }
    if (!isPlainObject(operand)) throw new DdpError(409, `${operator} takes an object`);
    for (const path of Object.keys(operand)) fields.add(path.split(".", 1)[0] as string);
  }
  if (fields.size === 0) {
    throw refused("In a restricted collection you can only update documents, not replace them.");
  }
  return { modifier, fields: Array.from(fields) };
}

function refused(why: string): DdpError {
  return new DdpError(403, `Access denied. ${why}`);
}
