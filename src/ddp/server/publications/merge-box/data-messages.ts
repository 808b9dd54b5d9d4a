/**
 * The messages that change a client's documents.
 *
 * @module
 */

import type { Fields } from "../../../protocol/fields.ts";
import type { AddedMessage, ChangedMessage } from "../../../protocol/messages.ts";

/** Fields that are `undefined` aren't there; without any there is no `fields`. */
export function addedMessage(collection: string, id: string, fields: Fields): AddedMessage {
  return { msg: "added", collection, id, fields: hasValue(fields) ? fields : undefined };
}

/** Fields that are `undefined` are cleared. */
export function changedMessage(collection: string, id: string, changes: Fields): ChangedMessage {
  let cleared: string[] | undefined;
  for (const name of Object.keys(changes)) {
    if (changes[name] === undefined) (cleared ??= []).push(name);
  }
  // (Writing leaves out those that are `undefined`.)
  const fields = cleared === undefined || hasValue(changes) ? changes : undefined;
  return { msg: "changed", collection, id, fields, cleared };
}

function hasValue(fields: Fields): boolean {
  for (const name of Object.keys(fields)) if (fields[name] !== undefined) return true;
  return false;
}
