/**
 * One message to many connections.
 *
 * @module
 */

import type { Connection } from "../connection/connection.ts";
import type { Data } from "../connection/data.ts";
import type { SendOptions } from "../connection/outbox.ts";
import { prepare, PreparedMessage } from "../connection/prepared-message.ts";

/** How to broadcast. */
export interface BroadcastOptions extends SendOptions {
  /** Leave this connection out, such as the one that the message came from. */
  readonly except?: Connection | undefined;
}

/**
 * Sends a message to each connection that is open. It is framed (and compressed) once, however many receive it.
 *
 * Nothing waits for slow peers: what they have not taken is bounded by `maxSendQueue`, and the connection is closed
 * beyond it unless `overflow`, `key` or `droppable` say otherwise. A connection that is closing, or ends meanwhile, is
 * left out in silence.
 *
 * @throws TypeError for anything that is not data.
 *
 * @example
 * ```ts
 * for await (const message of connection) broadcast(server.connections, message, { except: connection });
 * ```
 */
export function broadcast(
  connections: Iterable<Connection>,
  message: Data | PreparedMessage,
  options: BroadcastOptions = {},
): void {
  const { except, ...sendOptions } = options;
  const prepared =
    message instanceof PreparedMessage
      ? message
      : prepare(message, { text: options.text ?? false });
  for (const connection of connections) {
    // A promise of `send` that nobody awaits is never an unhandled rejection.
    if (connection !== except && connection.state === "open")
      void connection.send(prepared, sendOptions);
  }
}
