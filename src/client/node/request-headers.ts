/**
 * The header fields of the opening request.
 *
 * @module
 */

import { validateHeaderName, validateHeaderValue } from "node:http";

import type { Target } from "./target.ts";

/** A field, its name as the application wrote it. */
export type Field = readonly [name: string, value: string];

/** What the handshake sets itself, and what would make the request one with a body. */
const RESERVED = new Set([
  "connection",
  "content-length",
  "expect",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** What only the server that it was meant for may see. */
const PRIVATE = new Set(["authorization", "cookie", "host", "proxy-authorization"]);

/**
 * The application's own fields.
 *
 * @throws TypeError for names and values that HTTP rules out, such as one with a line break.
 */
export function readFields(
  headers: Readonly<Record<string, string>> | Iterable<Field> = [],
  origin?: string,
): Field[] {
  const fields = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
  if (origin !== undefined) fields.push(["Origin", origin]);
  const seen = new Set<string>();
  for (const [name, value] of fields) {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    const lower = name.toLowerCase();
    if (RESERVED.has(lower) || lower.startsWith("sec-websocket-")) {
      throw new TypeError(`${name} is up to the handshake`);
    }
    if ((lower === "host" || lower === "origin") && seen.has(lower)) {
      throw new TypeError(`${name} is given twice`);
    }
    seen.add(lower);
  }
  return fields;
}

/** What may be sent to another server than the one that the application named. */
export function withoutCredentials(fields: readonly Field[]): Field[] {
  return fields.filter(([name]) => !PRIVATE.has(name.toLowerCase()));
}

/** All fields of a request, in the form of Node's `rawHeaders`. */
export function toRawHeaders(
  target: Target,
  fields: readonly Field[],
  upgrade: readonly Field[],
): string[] {
  const own = new Set(fields.map(([name]) => name.toLowerCase()));
  const all: Field[] = [];
  if (!own.has("host")) all.push(["Host", target.url.host]);
  if (target.authorization !== undefined && !own.has("authorization")) {
    all.push(["Authorization", target.authorization]);
  }
  return [...all, ...upgrade, ...fields].flat();
}
