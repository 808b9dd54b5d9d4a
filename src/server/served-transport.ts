/**
 * A WebSocket of a server, which it tells when it is over: a promise and a closure for that would each take memory for
 * as long as the connection lives.
 *
 * @module
 */

import type { Duplex } from "node:stream";
import type { TransportSink } from "../connection/transport.ts";
import { WebSocketTransport } from "../node/websocket-transport.ts";
import type { WebSocketTransportOptions } from "../node/websocket-transport.ts";
import type { ServerConnection } from "./handler.ts";
import type { Slot } from "./limits.ts";

/** Who keeps the connections. */
export interface Keeper {
  /** The connection is over. */
  forget(connection: ServerConnection<unknown>): void;
}

export class ServedTransport extends WebSocketTransport {
  readonly #keeper: Keeper;
  readonly #slot: Slot;
  /** Known as soon as it has been made. */
  connection: ServerConnection<unknown> | undefined;

  constructor(
    socket: Duplex,
    sink: TransportSink,
    options: WebSocketTransportOptions,
    keeper: Keeper,
    slot: Slot,
  ) {
    super(socket, sink, options);
    this.#keeper = keeper;
    this.#slot = slot;
    this.connection = undefined;
  }

  protected override over(): void {
    this.#slot.release();
    if (this.connection) this.#keeper.forget(this.connection);
  }
}
