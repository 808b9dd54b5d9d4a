/**
 * Limits on what one connection may do: how many messages, how long without one, how long in all. It stands between
 * the transport and the connection, only where there are such limits.
 *
 * @module
 */

import type { Message, TransportSink } from "../connection/transport.ts";
import type { CloseInfo } from "../errors.ts";
import type { Clock, Timer } from "../util/clock.ts";
import { CloseCode } from "../util/close-code.ts";

/** Each is `undefined` for no limit. Durations are milliseconds. */
export interface GuardLimits {
  readonly maxMessagesPerSecond: number | undefined;
  readonly idleTimeout: number | undefined;
  readonly maxLifetime: number | undefined;
}

const SECOND = 1000;

export class Guard implements TransportSink {
  readonly #sink: TransportSink;
  readonly #limits: GuardLimits;
  readonly #clock: Clock;
  readonly #close: (code: number, reason: string) => void;
  /** How many messages may still come: refilled at the rate, up to as many as the rate allows in a second. */
  #allowance: number;
  #refilled: number;
  #lastMessage: number;
  #exceeded = false;
  #isPaused = false;
  #idleTimer: Timer;
  #lifetimeTimer: Timer;

  /** `close` closes the connection; it is not called before the constructor has returned. */
  constructor(
    sink: TransportSink,
    limits: GuardLimits,
    clock: Clock,
    close: (code: number, reason: string) => void,
  ) {
    const { maxMessagesPerSecond = Infinity, idleTimeout, maxLifetime } = limits;
    this.#sink = sink;
    this.#limits = limits;
    this.#clock = clock;
    this.#close = close;
    this.#allowance = Math.max(1, maxMessagesPerSecond);
    this.#refilled = this.#lastMessage = clock.now();
    if (idleTimeout !== undefined) this.#watchIdle(idleTimeout, idleTimeout);
    if (maxLifetime !== undefined) {
      this.#lifetimeTimer = clock.setTimeout(
        () => this.#close(CloseCode.GoingAway, "lifetime is over"),
        maxLifetime,
      );
    }
  }

  /** Whether reading is paused, because the application is slow. */
  set isPaused(isPaused: boolean) {
    this.#isPaused = isPaused;
    this.#lastMessage = this.#clock.now();
  }

  get borrows(): boolean {
    return this.#sink.borrows;
  }

  message(message: Message): void {
    if (this.#admit(true)) this.#sink.message(message);
  }

  part(data: Message, final: boolean): void {
    if (this.#admit(final)) this.#sink.part(data, final);
  }

  progress(kept: number): void {
    this.#sink.progress(kept);
  }

  pong(payload: Uint8Array): void {
    this.#sink.pong(payload);
  }

  drain(): void {
    this.#sink.drain();
  }

  closing(): void {
    this.#stop();
    this.#sink.closing();
  }

  closed(info: CloseInfo): void {
    this.#stop();
    this.#sink.closed(info);
  }

  /** Whether what came may pass; a message counts when it is complete. */
  #admit(complete: boolean): boolean {
    this.#lastMessage = this.#clock.now();
    if (complete && !this.#exceeded) this.#count(this.#lastMessage);
    return !this.#exceeded;
  }

  #count(now: number): void {
    const rate = this.#limits.maxMessagesPerSecond;
    if (rate === undefined) return;
    const refill = ((now - this.#refilled) / SECOND) * rate;
    this.#allowance = Math.min(Math.max(1, rate), this.#allowance + refill) - 1;
    this.#refilled = now;
    if (this.#allowance >= 0) return;
    this.#exceeded = true;
    this.#stop();
    // The messages before this one may still be answered.
    this.#clock.defer(() => this.#close(CloseCode.PolicyViolation, "too many messages"));
  }

  /** One timer that is set again when it fires, not at each message. */
  #watchIdle(idleTimeout: number, delay: number): void {
    this.#idleTimer = this.#clock.setTimeout(() => {
      const since = this.#isPaused ? this.#clock.now() : this.#lastMessage;
      const left = since + idleTimeout - this.#clock.now();
      if (left > 0) this.#watchIdle(idleTimeout, left);
      else this.#close(CloseCode.GoingAway, "idle for too long");
    }, delay);
  }

  #stop(): void {
    this.#clock.clearTimeout(this.#idleTimer);
    this.#clock.clearTimeout(this.#lifetimeTimer);
  }
}
