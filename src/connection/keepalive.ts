/**
 * Pings: those of the application, and those that find out whether the peer is still there.
 *
 * @module
 */

import { LimitError, TimeoutError } from "../errors.ts";
import type { ClosedError } from "../errors.ts";
import type { Clock, Timer } from "../util/clock.ts";
import { Deferred } from "../util/deferred.ts";
import { quiet } from "../util/quiet.ts";
import type { ReadFlow } from "./read-flow.ts";
import type { Transport } from "./transport.ts";

/** When to ping by ourselves; `false`: never. */
export type KeepaliveOptions =
  | false
  | {
      /** Milliseconds between two pings. Default: 20000. */
      readonly interval?: number;
      /** Milliseconds after an unanswered ping before the peer is given up; any data counts as life. Default: 20000. */
      readonly timeout?: number;
    };

/** A ping that was sent and not answered yet. */
interface Ping {
  readonly id: number;
  readonly sent: number;
  readonly answered: Deferred<number> | undefined;
}

/** How many pings may be unanswered: the application's are refused beyond it. */
const MAX_UNANSWERED = 256;

/** How long the payload of a ping is. */
const ID_BYTES = 4;

const DEFAULT_DURATION = 20_000;

export class Keepalive {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #flow: ReadFlow | undefined;
  readonly #interval: number;
  readonly #timeout: number;
  #unanswered: Ping[] = [];
  #nextId = 0;
  #nextPing: Timer;
  #deadline: Timer;
  /** Those of the flow when the deadline was set. */
  #resumptions: number | undefined;
  #end: ClosedError | undefined;
  /** The round trip of the ping that was answered last, in milliseconds. */
  latency: number | undefined;

  constructor(
    transport: Transport,
    clock: Clock,
    options: KeepaliveOptions,
    flow: ReadFlow | undefined,
  ) {
    this.#transport = transport;
    this.#clock = clock;
    this.#flow = flow;
    const { interval = DEFAULT_DURATION, timeout = DEFAULT_DURATION } = options || { interval: 0 };
    this.#interval = interval;
    this.#timeout = timeout;
    if (interval > 0) this.#schedule();
  }

  ping(): Promise<number> {
    if (this.#end) return quiet(Promise.reject(this.#end));
    if (this.#unanswered.length >= MAX_UNANSWERED) {
      return quiet(
        Promise.reject(new LimitError("too many unanswered pings", MAX_UNANSWERED, 1008)),
      );
    }
    const answered = new Deferred<number>();
    this.#send(answered);
    return quiet(answered.promise);
  }

  /** Any data counts as life. */
  alive(): void {
    if (this.#deadline === undefined) return;
    this.#clock.clearTimeout(this.#deadline);
    this.#deadline = undefined;
  }

  /** A pong answers its ping and those before it (RFC 6455 section 5.5.3); one that was not asked for is ignored. */
  pong(payload: Uint8Array): void {
    const id = payload.length === ID_BYTES ? decode(payload) : Infinity;
    if (id >= this.#nextId) return;
    const now = this.#clock.now();
    const count = this.#unanswered.findLastIndex((ping) => ping.id <= id) + 1;
    const answered = this.#unanswered.splice(0, count);
    const last = answered.at(-1);
    if (last) this.latency = now - last.sent;
    for (const ping of answered) ping.answered?.resolve(now - ping.sent);
  }

  end(error: ClosedError): void {
    this.#end = error;
    this.stop();
    for (const ping of this.#unanswered) ping.answered?.reject(error);
    this.#unanswered = [];
  }

  /** No more pings of our own: the connection is closing, and has a deadline for that. */
  stop(): void {
    this.#clock.clearTimeout(this.#nextPing);
    this.alive();
  }

  #schedule(): void {
    this.#nextPing = this.#clock.setTimeout(() => {
      this.#schedule();
      this.#send(undefined);
      if (this.#deadline === undefined) this.#expect();
    }, this.#interval);
  }

  #expect(): void {
    this.#resumptions = this.#flow?.resumptions;
    this.#deadline = this.#clock.setTimeout(() => this.#expire(), this.#timeout);
  }

  #expire(): void {
    this.#deadline = undefined;
    // Nothing is read while reading is paused, so silence proves nothing then; a peer that reset the connection is
    // noticed by the pings themselves.
    if (this.#flow?.paused) return;
    // What came during a pause may not be read yet.
    if (this.#flow?.resumptions !== this.#resumptions) {
      this.#expect();
      return;
    }
    this.#transport.abort(new TimeoutError("the answer to a keepalive ping", this.#timeout));
  }

  #send(answered: Deferred<number> | undefined): void {
    const id = this.#nextId++;
    // Those of our own need no record when there are so many: an answer to them is one to all before.
    if (this.#unanswered.length < MAX_UNANSWERED) {
      this.#unanswered.push({ id, sent: this.#clock.now(), answered });
    }
    this.#transport.ping(encode(id));
  }
}

/** Declares in a transport's capabilities that it has pings. */
export function keepalive(
  transport: Transport,
  clock: Clock,
  options: KeepaliveOptions = {},
  flow?: ReadFlow,
): Keepalive {
  return new Keepalive(transport, clock, options, flow);
}

function encode(id: number): Uint8Array {
  return Uint8Array.of(id >>> 24, id >>> 16, id >>> 8, id);
}

function decode(bytes: Uint8Array): number {
  return bytes.reduce((id, byte) => id * 256 + byte, 0);
}
