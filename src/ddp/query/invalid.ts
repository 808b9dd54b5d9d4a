/**
 * Refusals of selectors, modifiers and documents.
 *
 * @module
 */

import { DdpError } from "../protocol/error.ts";

/** It was asked for, or to be written, by somebody who may know why it is refused: a client, in the end. */
export function invalidQuery(reason: string, cause?: unknown): DdpError {
  return new DdpError(409, reason, undefined, { cause });
}
