/**
 * `wamp.2.json`. Bytes are strings that begin with U+0000, followed by base64 (WAMP specification, "Binary support in JSON").
 *
 * Most messages have no bytes: `JSON.stringify` and `JSON.parse` do those alone.
 *
 * @module
 */

import { fromBase64, toBase64 } from "../../util/base64.ts";
import * as Found from "./found.ts";
import type { List } from "./messages.ts";
import { checkDepth, inspect, isBytes, MAX_DEPTH } from "./plain.ts";
import type { Serializer } from "./serializer.ts";

/** What JSON writes U+0000 as; no string can have it in another form. */
const ESCAPED_NULL = "\\u0000";

/**
 * The serializer for JSON, which every router and client has.
 *
 * Bytes are sent as the specification says. Strings that begin with U+0000 would be read as bytes, and are refused. NaN and the
 * infinities become `null`, as everywhere in JSON. A bigint is written with all its digits, but any number is read as the nearest
 * `number`: send integers beyond 2^53 with another serializer, or as strings.
 *
 * @example
 * ```ts
 * const client = wampClient(open, { realm: "realm1", serializers: [msgpack, json] });
 * ```
 */
export const json: Serializer = {
  name: "json",
  subprotocol: "wamp.2.json",
  rawSocketId: 1,
  encode(message: List) {
    const found = inspect(message);
    if ((found & Found.Null) !== 0) {
      throw new TypeError("JSON can't send a string with U+0000 first");
    }
    return (found & (Found.Bytes | Found.Bigint)) === 0 ? JSON.stringify(message) : write(message);
  },
  decode(data) {
    if (typeof data !== "string") throw new TypeError("JSON is sent as text");
    const value: unknown = JSON.parse(data);
    const hasBytes = data.includes(ESCAPED_NULL);
    // (Each level takes two characters at least.)
    if (hasBytes || data.length > 2 * MAX_DEPTH) settle(value, 1, hasBytes);
    return value;
  },
};

/** As `JSON.stringify` would, had it bytes and bigints. */
function write(value: unknown): string {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${Array.from(value, write).join(",")}]`;
  if (isBytes(value)) return `"${ESCAPED_NULL}${toBase64(value)}"`;
  const entries: string[] = [];
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) entries.push(`${JSON.stringify(key)}:${write(item)}`);
  }
  return `{${entries.join(",")}}`;
}

/** Checks the depth, and puts bytes in the place of strings that are bytes. */
function settle(value: unknown, depth: number, hasBytes: boolean): void {
  if (typeof value !== "object" || value === null) return;
  checkDepth(depth);
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const item: unknown = value[index];
      if (typeof item === "object") settle(item, depth + 1, hasBytes);
      else if (hasBytes && isEncoded(item)) value[index] = fromBase64(item.slice(1));
    }
    return;
  }
  const dict = value as Record<string, unknown>;
  for (const key in dict) {
    const item = dict[key];
    if (typeof item === "object") settle(item, depth + 1, hasBytes);
    // (`__proto__` is an own property already, so that this sets it as any other.)
    else if (hasBytes && isEncoded(item)) dict[key] = fromBase64(item.slice(1));
  }
}

function isEncoded(value: unknown): value is string {
  return typeof value === "string" && value.charCodeAt(0) === 0;
}
