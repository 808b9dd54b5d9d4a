/**
 * Ids of documents, and how they are written into messages: strings that tell which type the id had.
 *
 * @module
 */

import { ObjectId } from "./object-id.ts";

/** What may be the `_id` of a document. */
export type DocumentId = string | number | ObjectId;

const HEX = /^[0-9a-f]{24}$/;

/** The id as a message has it, and as keys of maps: equal ids give equal text, others different text. */
export function idStringify(id: unknown): string {
  if (id instanceof ObjectId) return id.toHexString();
  if (typeof id === "string") return isAmbiguous(id) ? `-${id}` : id;
  if (id === undefined) return "-";
  if (typeof id === "object" && id !== null) throw new TypeError("this is no id of a document");
  return `~${JSON.stringify(id)}`;
}

/** The id that was written so. */
export function idParse(text: string): unknown {
  if (text === "-") return undefined;
  if (text.startsWith("-")) return text.slice(1);
  if (text.startsWith("~")) return parseJson(text);
  return HEX.test(text) ? new ObjectId(text) : text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.slice(1));
  } catch {
    return text;
  }
}

function isAmbiguous(id: string): boolean {
  return /^[-~{]/.test(id) || HEX.test(id);
}
