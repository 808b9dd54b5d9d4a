/**
 * EJSON as text.
 *
 * @module
 */

import { isPlainObject, setField } from "../fields.ts";
import type { MutableFields } from "../fields.ts";
import { decode } from "./decode.ts";
import { encode } from "./encode.ts";

/** How to write. */
export interface StringifyOptions {
  /** Fields in the order of their names, so that equal values have equal texts. Default: `false`. */
  readonly canonical?: boolean | undefined;
  /** As for `JSON.stringify`; `true` stands for two spaces. */
  readonly indent?: boolean | number | string | undefined;
}

/** @throws as {@link encode}. */
export function stringify(value: unknown, options: StringifyOptions = {}): string {
  const { canonical = false, indent } = options;
  const json = encode(value);
  const spaces = typeof indent === "boolean" ? Number(indent) * 2 : indent;
  return JSON.stringify(canonical ? sorted(json) : json, null, spaces);
}

/** @throws SyntaxError for text that is no JSON, and as {@link decode}. */
export function parse(text: string): unknown {
  if (typeof text !== "string") throw new TypeError("EJSON is parsed from text");
  return decode(JSON.parse(text));
}

function sorted(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(sorted);
  if (!isPlainObject(json)) return json;
  const copy: MutableFields = {};
  for (const name of Object.keys(json).toSorted()) setField(copy, name, sorted(json[name]));
  return copy;
}
