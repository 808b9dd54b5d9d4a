/**
 * JSON taken apart into pieces of its text: data of the application is passed on as it was written.
 *
 * The text has to be JSON: `JSON.parse` has been over it before. What is nested too deeply is a `MalformedError`.
 *
 * @module
 */

import { JsonReader } from "../protocol/json-text.ts";

/** The values of an object, as text. Of several with one name the last one counts, as for `JSON.parse`. */
export function rawMembers(object: string): Map<string, string> {
  const members = new Map<string, string>();
  const reader = new JsonReader(object);
  reader.enterObject();
  for (let name = reader.nextKey(); name !== undefined; name = reader.nextKey()) {
    members.set(name, reader.raw());
  }
  return members;
}

/** The elements of an array, as text. */
export function rawItems(array: string): string[] {
  const items: string[] = [];
  const reader = new JsonReader(array);
  reader.enterArray();
  while (reader.nextItem()) items.push(reader.raw());
  return items;
}

/** On one line: line breaks can only be between the tokens of JSON, and frames of the protocol are made of lines. */
export function onOneLine(json: string): string {
  return json.replace(/[\r\n]/g, " ");
}
