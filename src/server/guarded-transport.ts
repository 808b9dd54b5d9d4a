/**
 * A WebSocket whose guard knows whether reading is paused: a client is not idle because nobody reads what it sends.
 *
 * @module
 */

import type { Duplex } from "node:stream";
import { WebSocketTransport } from "../node/websocket-transport.ts";
import type { WebSocketTransportOptions } from "../node/websocket-transport.ts";
import type { Guard } from "./guard.ts";

export class GuardedTransport extends WebSocketTransport {
  readonly #guard: Guard;

  constructor(socket: Duplex, guard: Guard, options: WebSocketTransportOptions) {
    super(socket, guard, options);
    this.#guard = guard;
  }

  override pause(): void {
    this.#guard.isPaused = true;
    super.pause();
  }

  override resume(): void {
    this.#guard.isPaused = false;
    super.resume();
  }
}
