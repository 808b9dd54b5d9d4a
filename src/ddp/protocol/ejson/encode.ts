/**
 * Values as JSON (the EJSON section of the DDP specification, and what Meteor adds to it).
 *
 * @module
 */

import { toBase64 } from "../../../util/base64.ts";
import { setField } from "../fields.ts";
import type { MutableFields } from "../fields.ts";
import { isCustom } from "./custom-types.ts";
import { checkDepth } from "./depth.ts";
import { looksEncoded } from "./looks-encoded.ts";

/** Meteor cuts flags there, and knows no others. */
const MAX_FLAGS = 50;

/**
 * The value as JSON can hold it. What JSON holds as it is comes back as it is, not copied: neither may be changed afterwards.
 *
 * @throws RangeError for a value that is nested deeper than 100 levels, or in itself.
 * @throws TypeError for a `BigInt`, a function or a symbol.
 */
export function encode(value: unknown): unknown {
  return encodeAt(value, 0);
}

function encodeAt(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case "number":
      return Number.isFinite(value) ? value : { $InfNaN: Math.sign(value) || 0 };
    case "object":
      return value === null ? null : encodeObject(value, depth);
    case "bigint":
    case "function":
    case "symbol":
      throw new TypeError(`EJSON has no ${typeof value}`);
    default:
      return value;
  }
}

function encodeObject(value: object, depth: number): unknown {
  checkDepth(depth);
  if (Array.isArray(value)) return encodeArray(value, depth);
  if (value instanceof Date)
    return { $date: Number.isNaN(value.getTime()) ? null : value.getTime() };
  if (value instanceof RegExp) {
    return { $regexp: value.source, $flags: value.flags.slice(0, MAX_FLAGS) };
  }
  if (value instanceof Uint8Array) return { $binary: toBase64(value) };
  if (isCustom(value)) return { $type: value.typeName(), $value: value.toJSONValue() };
  const encoded = encodeFields(value as MutableFields, depth);
  return looksEncoded(value) ? { $escape: encoded } : encoded;
}

function encodeArray(values: readonly unknown[], depth: number): readonly unknown[] {
  let encoded: unknown[] | undefined;
  for (let at = 0; at < values.length; at++) {
    const value = values[at];
    const json = value === undefined ? null : encodeAt(value, depth + 1);
    if (json === value) continue;
    encoded ??= values.slice();
    encoded[at] = json;
  }
  return encoded ?? values;
}

function encodeFields(fields: MutableFields, depth: number): MutableFields {
  let encoded: MutableFields | undefined;
  for (const name of Object.keys(fields)) {
    const value = fields[name];
    const json = encodeAt(value, depth + 1);
    if (json === value && value !== undefined) continue;
    encoded ??= { ...fields };
    if (json === undefined) delete encoded[name];
    else setField(encoded, name, json);
  }
  return encoded ?? fields;
}
