/**
 * How long a message for a peer may be.
 *
 * @module
 */

import { LimitError } from "../../errors.ts";

/** @throws LimitError for what has more bytes than the peer takes. */
export function checkLength(data: string | Uint8Array, limit: number): void {
  // (A character is three bytes at most: most texts need not be measured.)
  if (data.length * 3 <= limit) return;
  const length = typeof data === "string" ? Buffer.byteLength(data) : data.length;
  if (length > limit) {
    throw new LimitError(`a message of ${length} bytes; the peer takes ${limit}`, limit);
  }
}
