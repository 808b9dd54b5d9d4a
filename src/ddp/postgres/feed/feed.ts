/**
 * What happens in the database, in the order in which it was committed.
 *
 * Notifications are delivered in the order of commits, those of several channels too (PostgreSQL's documentation of NOTIFY), so one
 * that comes back tells that all before it have come. What was missed while the connection was lost nobody knows: then everything
 * may be different.
 *
 * @module
 */

import { backoff } from "../../../connection/backoff.ts";
import { StateError, TimeoutError } from "../../../errors.ts";
import type { Clock, Timer } from "../../../util/clock.ts";
import { Deferred } from "../../../util/deferred.ts";
import { quiet } from "../../../util/quiet.ts";
import { secureRandom } from "../../protocol/random/random.ts";
import type { Logger } from "../../../util/logger.ts";
import type { PostgresNotification } from "../pool.ts";
import { CHANNEL } from "../table/triggers.ts";
import { readChange } from "./change.ts";
import type { Change } from "./change.ts";
import type { ConnectListener, Listener } from "./listener.ts";
import { Sentinels } from "./sentinels.ts";

/** Who hears of it. */
export interface FeedSink {
  /** Rows have changed. */
  changed(change: Change): void;
  /** Anything may be different. */
  allChanged(): void;
  /** Resolves when what it was told has been delivered. */
  settled(): Promise<void>;
}

/** What a feed stands on. */
export interface FeedInit {
  readonly connect: ConnectListener;
  readonly sink: FeedSink;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How often a quiet connection is asked whether it is there, and how long it may take to answer. Milliseconds. */
const ASK_INTERVAL = 30_000;
const ANSWER_TIMEOUT = 30_000;

export class Feed {
  readonly #init: FeedInit;
  /** Only this feed's: others needn't hear of its questions. */
  readonly #answers = `${CHANNEL}_${secureRandom.hexString(20)}`;
  readonly #sentinels: Sentinels;
  #listener: Listener | undefined;
  /** The one that is about to listen. */
  #opening: Listener | undefined;
  /** Settles when the attempt that runs, or ran last, does. */
  #attempt: Promise<void> | undefined;
  #failures = 0;
  #timer: Timer;
  /** For barriers while there is no connection: when there is one again, and what was missed has been delivered. */
  #recovered: Deferred<void> | undefined;
  #isClosed = false;

  constructor(init: FeedInit) {
    this.#init = init;
    this.#sentinels = new Sentinels({
      clock: init.clock,
      timeout: ANSWER_TIMEOUT,
      send: (token) => this.#notify(token),
      onTimeout: () => this.#drop(new TimeoutError("the answer of the database", ANSWER_TIMEOUT)),
    });
  }

  /**
   * Resolves when changes are heard of: what is read after that is followed by every change to it.
   *
   * @throws what the last attempt to connect failed with, and StateError when it is closed (as rejections).
   */
  ready(): Promise<void> {
    if (this.#isClosed) return Promise.reject(closed());
    this.#attempt ??= this.#connect();
    return this.#attempt;
  }

  /** Resolves when all that was committed before the call has been delivered. */
  async barrier(): Promise<void> {
    if (this.#isClosed) throw closed();
    // (Nobody has ever listened.)
    if (!this.#attempt) return;
    if (!this.#listener) return (this.#recovered ??= new Deferred()).promise;
    const came = await this.#sentinels.pass();
    if (!came) return this.barrier();
    await this.#init.sink.settled();
  }

  /** Barriers that wait are rejected. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#init.clock.clearTimeout(this.#timer);
    this.#recovered?.reject(closed());
    this.#opening?.close();
    this.#listener?.close();
    this.#listener = undefined;
    this.#sentinels.reset();
  }

  #connect(): Promise<void> {
    const attempt = quiet(this.#open());
    attempt.catch((error: unknown) => this.#retryLater(error));
    return attempt;
  }

  async #open(): Promise<void> {
    const listener = await this.#init.connect();
    try {
      if (this.#isClosed) throw closed();
      this.#opening = listener;
      await this.#listen(listener);
      if (this.#isClosed) throw closed();
    } catch (error) {
      listener.close();
      throw error;
    } finally {
      this.#opening = undefined;
    }
    this.#listener = listener;
    this.#failures = 0;
    void listener.lost.then((error) => this.#lose(listener, error));
    this.#init.sink.allChanged();
    this.#askLater();
    const recovered = this.#recovered;
    this.#recovered = undefined;
    if (recovered) recovered.resolve(this.#init.sink.settled());
  }

  /** (Whatever ends a connection ends a statement that it runs too.) */
  async #listen(listener: Listener): Promise<void> {
    const { clock } = this.#init;
    const timeout = new TimeoutError("the answer of the database", ANSWER_TIMEOUT);
    const timer = clock.setTimeout(() => listener.close(timeout), ANSWER_TIMEOUT);
    try {
      await listener.listen([CHANNEL, this.#answers], (notification) => this.#hear(notification));
    } finally {
      clock.clearTimeout(timer);
    }
  }

  #retryLater(error: unknown): void {
    if (this.#isClosed) return;
    const { clock, logger } = this.#init;
    const delay = backoff(this.#failures++, error, {});
    logger.warn(`ddp: not listening to the database, next try in ${Math.ceil(delay)} ms:`, error);
    this.#timer = clock.setTimeout(() => {
      this.#attempt = this.#connect();
    }, delay);
  }

  #lose(listener: Listener, error: Error): void {
    if (this.#isClosed || this.#listener !== listener) return;
    listener.close();
    this.#listener = undefined;
    this.#init.clock.clearTimeout(this.#timer);
    this.#attempt = quiet(Promise.reject(error));
    this.#retryLater(error);
    this.#sentinels.reset();
  }

  #drop(error: Error): void {
    if (this.#listener) this.#lose(this.#listener, error);
  }

  #notify(token: string): void {
    const listener = this.#listener;
    listener?.notify(this.#answers, token).catch((error: unknown) => {
      this.#lose(listener, error instanceof Error ? error : new Error(String(error)));
    });
  }

  #hear({ channel, payload = "" }: PostgresNotification): void {
    if (channel === this.#answers) this.#sentinels.arrived(payload);
    else if (channel === CHANNEL) {
      const change = readChange(payload);
      if (change) this.#init.sink.changed(change);
    }
  }

  #askLater(): void {
    this.#timer = this.#init.clock.setTimeout(() => {
      void this.#sentinels.pass();
      this.#askLater();
    }, ASK_INTERVAL);
  }
}

function closed(): StateError {
  return new StateError("the database is closed");
}
