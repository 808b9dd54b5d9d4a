/**
 * A WebSocket whose guard knows whether reading is paused: a client is not idle because nobody reads what it sends.
 *
 * @module
 */

import type { Duplex } from "node:stream";
import type { WebSocketTransportOptions } from "../node/websocket-transport.ts";
import type { Guard } from "./guard.ts";
import type { Slot } from "./limits.ts";
import { ServedTransport } from "./served-transport.ts";
import type { Keeper } from "./served-transport.ts";

export class GuardedTransport extends ServedTransport {
  readonly #guard: Guard;

  constructor(
    socket: Duplex,
    guard: Guard,
    options: WebSocketTransportOptions,
    keeper: Keeper,
    slot: Slot,
  ) {
    super(socket, guard, options, keeper, slot);
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
