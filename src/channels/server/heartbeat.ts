/**
 * The protocol's own pings, for clients that can't see those of WebSockets.
 *
 * @module
 */

import type { Clock, Timer } from "../../util/clock.ts";

/** The client, as its heartbeat needs it. */
export interface HeartbeatPeer {
  /** Its answers may be waiting unread, because of what else it asked for. */
  readonly isHeld: boolean;
  ping(): void;
  /** It did not answer in time. */
  dead(): void;
}

export class Heartbeat {
  readonly #peer: HeartbeatPeer;
  readonly #clock: Clock;
  readonly #interval: number;
  readonly #timeout: number;
  #timer: Timer;
  #awaitsPong = false;

  constructor(
    peer: HeartbeatPeer,
    clock: Clock,
    { pingInterval, pongTimeout }: { readonly pingInterval: number; readonly pongTimeout: number },
  ) {
    this.#peer = peer;
    this.#clock = clock;
    this.#interval = pingInterval;
    this.#timeout = pongTimeout;
  }

  start(): void {
    this.#wait(this.#interval, () => this.#ping());
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  /** Whether a pong was asked for. */
  pong(): boolean {
    const isAsked = this.#awaitsPong;
    this.#awaitsPong = false;
    return isAsked;
  }

  #ping(): void {
    this.#awaitsPong = true;
    this.#peer.ping();
    this.#wait(this.#timeout, () => this.#check());
  }

  #check(): void {
    if (!this.#awaitsPong) this.#wait(this.#interval - this.#timeout, () => this.#ping());
    else if (this.#peer.isHeld) this.#wait(this.#timeout, () => this.#check());
    else this.#peer.dead();
  }

  #wait(duration: number, then: () => void): void {
    this.#timer = this.#clock.setTimeout(then, duration);
  }
}
