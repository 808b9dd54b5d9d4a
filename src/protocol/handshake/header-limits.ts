/**
 * How much of a handshake is read.
 *
 * @module
 */

import type { HttpHeaders } from "../../http/headers.ts";

const MAX_FIELDS = 128;
const MAX_BYTES = 16 * 1024;
/** `": "` and the end of the line. */
const FIELD_OVERHEAD = 4;

/** Whether there are more than 128 header fields, or more than 16 KiB of them. */
export function hasTooManyHeaders(headers: HttpHeaders): boolean {
  if (headers.size > MAX_FIELDS) return true;
  let bytes = headers.size * FIELD_OVERHEAD;
  for (const text of headers.raw) bytes += text.length;
  return bytes > MAX_BYTES;
}
