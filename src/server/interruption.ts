/**
 * What can end a handshake while the application decides about it: the client goes away, time is up, or the server
 * shuts down.
 *
 * @module
 */

import type { Duplex } from "node:stream";
import { ClosedError } from "../errors.ts";
import type { Clock, Timer } from "../util/clock.ts";
import { Deferred } from "../util/deferred.ts";
import type { Refusal } from "./refusal.ts";

/** What ended it; `refusal` is what the client is told, unless it is gone. */
export class Interrupted {
  readonly refusal: Refusal | undefined;
  readonly reason: unknown;

  constructor(reason: unknown, refusal?: Refusal) {
    this.reason = reason;
    this.refusal = refusal;
  }
}

/** Watches one handshake. {@link Interruption.dispose} has to be called when it is decided. */
export class Interruption {
  readonly #socket: Duplex;
  readonly #clock: Clock;
  readonly #happened = new Deferred<Interrupted>();
  readonly #onGone = (): void => {
    const info = { code: 1006, reason: "", wasClean: false, initiator: "remote" } as const;
    this.interrupt(new Interrupted(new ClosedError(info)));
  };
  readonly #timer: Timer;

  constructor(socket: Duplex, clock: Clock, timeout: number, late: () => Interrupted) {
    this.#socket = socket;
    this.#clock = clock;
    this.#timer = clock.setTimeout(() => this.interrupt(late()), timeout);
    // These come because the socket is read meanwhile: see `EarlyData`.
    socket.on("end", this.#onGone);
    socket.on("close", this.#onGone);
  }

  /** Resolves with what happened, if anything happens. */
  get happened(): Promise<Interrupted> {
    return this.#happened.promise;
  }

  interrupt(interrupted: Interrupted): void {
    this.#happened.resolve(interrupted);
  }

  dispose(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#socket.off("end", this.#onGone);
    this.#socket.off("close", this.#onGone);
  }
}
