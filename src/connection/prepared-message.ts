/**
 * A message made ready once for many connections.
 *
 * @module
 */

import { toMessage } from "./data.ts";
import type { Data } from "./data.ts";
import type { Message } from "./transport.ts";

/** Made by {@link prepare}; give it to `send` of any number of connections. */
export class PreparedMessage {
  /** The message itself; its bytes never change. */
  readonly data: Message;
  /** Whether it is sent as text. */
  readonly text: boolean;
  /**
   * What transports made of the data, by a key of their own, so that they make it once.
   *
   * @internal
   */
  readonly derived: Map<string, unknown> = new Map();

  constructor(data: Message, text: boolean) {
    this.data = data;
    this.text = text;
  }
}

/**
 * Makes a message ready to be sent to many connections: it is framed (and compressed) once, however many receive it.
 *
 * Bytes are copied, so that they may be changed afterwards. `text`: send bytes as a text message; the caller vouches
 * that they are valid UTF-8.
 *
 * @example
 * ```ts
 * const message = prepare(JSON.stringify({ type: "tick" }));
 * for (const connection of server.connections) void connection.send(message);
 * ```
 */
export function prepare(data: Data, options: { text?: boolean } = {}): PreparedMessage {
  const message = toMessage(data);
  if (typeof message === "string") return new PreparedMessage(message, true);
  return new PreparedMessage(new Uint8Array(message), options.text ?? false);
}
