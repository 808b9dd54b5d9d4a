/**
 * Writing messages.
 *
 * @module
 */

import { encode } from "./ejson/encode.ts";
import type { ClientMessage, ServerMessage } from "./messages.ts";

/** Messages with values. Only these hold EJSON. */
interface Values {
  readonly fields?: unknown;
  readonly params?: unknown;
  readonly result?: unknown;
}

/**
 * The message as it is sent.
 *
 * @throws TypeError or RangeError for values that EJSON can't hold.
 */
export function writeMessage(message: ClientMessage | ServerMessage): string {
  const { fields, params, result } = message as Values;
  if (fields !== undefined) return JSON.stringify({ ...message, fields: encode(fields) });
  if (params !== undefined) return JSON.stringify({ ...message, params: encode(params) });
  if (result !== undefined) return JSON.stringify({ ...message, result: encode(result) });
  return JSON.stringify(message);
}
