/**
 * The end of a server: no new connections, a closing handshake with each that is open, and a deadline.
 *
 * @module
 */

import { StateError } from "../errors.ts";
import type { Clock, Timer } from "../util/clock.ts";
import { CloseCode, isCloseCode } from "../util/close-code.ts";
import { Deferred } from "../util/deferred.ts";
import { checkOptions } from "../util/option-names.ts";
import type { Group } from "./group.ts";
import type { ServerConnection } from "./handler.ts";
import { Interrupted } from "./interruption.ts";
import type { Interruption } from "./interruption.ts";
import type { Listener } from "./listener.ts";
import type { Logger } from "./logger.ts";
import { SHUTDOWN_OPTIONS } from "./option-names.ts";
import { SHUTTING_DOWN } from "./screening.ts";
import type { Tally } from "./tally.ts";
import type { Duplex } from "node:stream";

/** How to close a server. Durations are milliseconds. */
export interface ShutdownOptions {
  /** Close the open connections one by one over this time, so that they don't all come back at once. Default: 0. */
  readonly grace?: number | undefined;
  /** How long connections and handlers may take after that, before the connections are cut. Default: 10000. */
  readonly timeout?: number | undefined;
  /** The close code for open connections. Default: 1001. */
  readonly code?: number | undefined;
  readonly reason?: string | undefined;
}

/** What there is to end. */
export interface Ending {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly listener: Listener;
  readonly pending: Group<Interruption>;
  /** Those that are not gone yet. */
  readonly connections: Group<ServerConnection<unknown>>;
  /** Handlers that have not returned. */
  readonly running: Tally;
  /** Sockets that were refused, and are not gone yet. */
  readonly sockets: Group<Duplex>;
}

const TIMEOUT = 10_000;

/** The shortest time between two steps of spreading the closes over the grace period. */
const STEP = 10;

/** The longest delay that Node's timers know. */
const FOREVER = 2 ** 31 - 1;

/** @throws TypeError for an option that there is not, RangeError for a code that can't be sent, or a negative duration. */
export function checkShutdown(options: ShutdownOptions): void {
  checkOptions("close", options, SHUTDOWN_OPTIONS);
  const { code, grace = 0, timeout = 0 } = options;
  if (code !== undefined && !isCloseCode(code)) throw new RangeError(`${code} is no close code`);
  if (!(grace >= 0 && timeout >= 0)) throw new RangeError("grace and timeout can't be negative");
}

/** Resolves when all is gone, at the latest soon after the deadline. Never rejects. */
export async function shutDown(ending: Ending, options: ShutdownOptions): Promise<void> {
  const { clock } = ending;
  const { grace = 0, timeout = TIMEOUT } = options;
  // The clock's timers keep no process alive, and a handler may wait for nothing that does.
  const alive = setInterval(() => {}, FOREVER);
  const stopped = ending.listener.stop();
  const spread = new Spread(ending.connections.items, grace, clock, options);
  const expired = new Deferred<"expired">();
  const deadline = clock.setTimeout(() => expired.resolve("expired"), grace + timeout);
  const gone = whenGone(ending, stopped);
  if ((await Promise.race([gone, expired.promise])) === "expired") await cut(ending, stopped);
  clock.clearTimeout(deadline);
  spread.stop();
  clearInterval(alive);
}

async function whenGone(ending: Ending, stopped: Promise<void>): Promise<void> {
  const interrupted = new Interrupted(new StateError("the server is shutting down"), SHUTTING_DOWN);
  for (const interruption of ending.pending.items) interruption.interrupt(interrupted);
  await ending.pending.whenEmpty();
  await ending.running.whenZero();
  await ending.connections.whenEmpty();
  await ending.sockets.whenEmpty();
  await stopped;
}

/** Ends what has not ended by itself. */
async function cut(ending: Ending, stopped: Promise<void>): Promise<void> {
  const { clock, listener, connections, running, sockets, logger } = ending;
  const closed = [...connections.items].map((connection) => connection.closed);
  for (const connection of connections.items) connection.terminate();
  for (const socket of sockets.items) socket.destroy();
  listener.cut();
  await Promise.all([...closed, sockets.whenEmpty(), stopped]);
  // The handlers that wait for their connection have just heard of its end.
  await new Promise<void>((resolve) => clock.defer(resolve));
  const left = running.count;
  if (left > 0) logger.warn(`the server closed while ${left} handlers were still running`);
}

/** Closes connections one by one, evenly over a period. */
class Spread {
  readonly #connections: readonly ServerConnection<unknown>[];
  readonly #grace: number;
  readonly #clock: Clock;
  readonly #start: number;
  readonly #options: ShutdownOptions;
  #closed = 0;
  #timer: Timer;

  constructor(
    connections: Iterable<ServerConnection<unknown>>,
    grace: number,
    clock: Clock,
    options: ShutdownOptions,
  ) {
    this.#connections = [...connections];
    this.#grace = grace;
    this.#clock = clock;
    this.#start = clock.now();
    this.#options = options;
    this.#step();
  }

  stop(): void {
    this.#clock.clearTimeout(this.#timer);
  }

  #step(): void {
    const { code = CloseCode.GoingAway, reason = "" } = this.#options;
    const count = this.#connections.length;
    const elapsed = this.#clock.now() - this.#start;
    const due = this.#grace === 0 ? count : Math.floor((count * elapsed) / this.#grace) + 1;
    for (const connection of this.#connections.slice(this.#closed, due)) {
      void connection.close(code, reason);
    }
    this.#closed = Math.max(this.#closed, due);
    if (this.#closed >= count) return;
    this.#timer = this.#clock.setTimeout(() => this.#step(), Math.max(STEP, this.#grace / count));
  }
}
