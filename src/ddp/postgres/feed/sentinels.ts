/**
 * Notifications that are sent to find out when they come back. One is under way at a time; all who ask meanwhile share the next.
 *
 * @module
 */

import type { Clock, Timer } from "../../../util/clock.ts";
import { Deferred } from "../../../util/deferred.ts";

/** What they stand on. */
export interface SentinelsInit {
  readonly clock: Clock;
  /** Milliseconds in which one comes back. */
  readonly timeout: number;
  send(token: string): void;
  onTimeout(): void;
}

export class Sentinels {
  readonly #init: SentinelsInit;
  #count = 0;
  #underWay: Deferred<boolean> | undefined;
  #next: Deferred<boolean> | undefined;
  #timer: Timer;

  constructor(init: SentinelsInit) {
    this.#init = init;
  }

  /** Sends one. Resolves with `true` when it is back, and with `false` when it never will be. */
  pass(): Promise<boolean> {
    this.#next ??= new Deferred();
    const { promise } = this.#next;
    if (!this.#underWay) this.#send();
    return promise;
  }

  arrived(token: string): void {
    if (token !== String(this.#count)) return;
    const underWay = this.#end();
    if (this.#next) this.#send();
    underWay?.resolve(true);
  }

  /** The connection is lost, and all that was sent over it. */
  reset(): void {
    const next = this.#next;
    this.#next = undefined;
    this.#end()?.resolve(false);
    next?.resolve(false);
  }

  #send(): void {
    this.#underWay = this.#next;
    this.#next = undefined;
    this.#timer = this.#init.clock.setTimeout(() => this.#init.onTimeout(), this.#init.timeout);
    this.#init.send(String(++this.#count));
  }

  #end(): Deferred<boolean> | undefined {
    this.#init.clock.clearTimeout(this.#timer);
    const underWay = this.#underWay;
    this.#underWay = undefined;
    return underWay;
  }
}
