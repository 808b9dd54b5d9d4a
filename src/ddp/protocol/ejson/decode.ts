/**
 * Values from JSON (the EJSON section of the DDP specification, and what Meteor adds to it).
 *
 * @module
 */

import { fromBase64 } from "../../../util/base64.ts";
import { isPlainObject, setField } from "../fields.ts";
import type { MutableFields } from "../fields.ts";
import { revive } from "./custom-types.ts";
import { checkDepth } from "./depth.ts";
import { looksEncoded } from "./looks-encoded.ts";
import type { Encoding } from "./looks-encoded.ts";

/** Those that Meteor takes; others are left out. */
const FLAGS = /[gimuy]/g;
const MAX_FLAGS = 50;

/**
 * The value that JSON stood for. What was an ordinary one comes back as it is, not copied.
 *
 * @throws TypeError for base64 that is none, and for a type that nobody registered.
 * @throws RangeError for a value that is nested deeper than 100 levels.
 * @throws SyntaxError for a regular expression that is none.
 */
export function decode(json: unknown): unknown {
  return decodeAt(json, 0);
}

function decodeAt(json: unknown, depth: number): unknown {
  if (typeof json !== "object" || json === null) return json;
  checkDepth(depth);
  if (Array.isArray(json)) return decodeArray(json, depth);
  const encoding = looksEncoded(json);
  if (encoding) return decodeSpecial(encoding, json as Encoded, depth);
  return decodeFields(json as MutableFields, depth);
}

/** Nothing is known of the values: they come from the network. */
type Encoded = Record<
  "$date" | "$InfNaN" | "$binary" | "$escape" | "$regexp" | "$flags" | "$type" | "$value",
  unknown
>;

function decodeSpecial(encoding: Encoding, json: Encoded, depth: number): unknown {
  switch (encoding) {
    case "date":
      return new Date(typeof json.$date === "number" ? json.$date : Number.NaN);
    case "number":
      return toNumber(json.$InfNaN);
    case "binary":
      return fromBase64(String(json.$binary));
    case "regexp":
      return toRegExp(json.$regexp, json.$flags);
    case "escape":
      return isPlainObject(json.$escape) ? decodeFields(json.$escape, depth + 1) : {};
    default:
      return revive(String(json.$type), json.$value);
  }
}

function toNumber(sign: unknown): number {
  return typeof sign === "number" && sign !== 0 ? Math.sign(sign) * Infinity : Number.NaN;
}

function toRegExp(source: unknown, flags: unknown): RegExp {
  const known = String(flags).slice(0, MAX_FLAGS).match(FLAGS) ?? [];
  return new RegExp(String(source), Array.from(new Set(known)).join(""));
}

function decodeArray(values: unknown[], depth: number): unknown[] {
  let decoded: unknown[] | undefined;
  for (let at = 0; at < values.length; at++) {
    const value = decodeAt(values[at], depth + 1);
    if (Object.is(value, values[at])) continue;
    decoded ??= values.slice();
    decoded[at] = value;
  }
  return decoded ?? values;
}

function decodeFields(fields: MutableFields, depth: number): MutableFields {
  let decoded: MutableFields | undefined;
  for (const name of Object.keys(fields)) {
    const value = decodeAt(fields[name], depth + 1);
    if (Object.is(value, fields[name])) continue;
    decoded ??= { ...fields };
    setField(decoded, name, value);
  }
  return decoded ?? fields;
}
