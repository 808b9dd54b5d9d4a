/**
 * Tells a backend what happened: events in batches over HTTP, signed, numbered, and again until they have arrived.
 *
 * @module
 */

import { backoff } from "../../../connection/backoff.ts";
import { TimeoutError } from "../../../errors.ts";
import { systemClock } from "../../../util/clock.ts";
import type { Clock, Timer } from "../../../util/clock.ts";
import { Deferred } from "../../../util/deferred.ts";
import type { ChannelsEvent } from "../hooks.ts";
import type { Logger } from "../session-server.ts";
import { EventQueue } from "./event-queue.ts";
import type { Batch } from "./event-queue.ts";
import { ForwardedHeaders } from "./forwarded-headers.ts";
import { resolveEventOptions } from "./event-sender-options.ts";
import type { EventSenderOptions, EventSettings } from "./event-sender-options.ts";
import { checkUrl, post, reasonOf } from "./post.ts";
import type { Fetch } from "./post.ts";
import { SIGNATURE_HEADER, sign } from "../../../http/signature.ts";
import { Vacancies } from "./vacancies.ts";

/** What has become of the events so far. */
export interface EventStats {
  /** Those that have not arrived yet, without channels whose being vacated is not certain yet. */
  readonly queued: number;
  /** Those that have arrived. */
  readonly sent: number;
  /** Those that never will: there was no room for them, the backend refused them, or it was closed before. */
  readonly dropped: number;
  /** Requests that failed, most of which were made again. */
  readonly failures: number;
}

export interface EventSender {
  /** The option of `createChannels` by this name. */
  readonly onEvent: (event: ChannelsEvent) => void;
  readonly stats: EventStats;
  /**
   * Sends what is left, for as long as `timeout` (default: 5000) allows; what has not arrived then is dropped. Close the
   * channels first: their closing brings events. Never rejects.
   */
  close(options?: { timeout?: number | undefined }): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The answer is read only so that the connection to the backend can be used again. */
const MAX_RESPONSE = 65_536;

/** A backend that answers so has understood, and wants no such batch: it wouldn't want it later. */
const REFUSED: readonly number[] = [400, 413, 422];

/**
 * Makes what tells a backend of `disconnect`, `unsubscribe`, `occupied` and `vacated`: a POST with
 * `{"node":…,"boot":…,"dropped":…,"events":[{"seq":1,"time":…,"type":"disconnect",…}]}`, and the signature in
 * `X-Signature`. `occupied` and `vacated` are about the subscribers on this node.
 *
 * Events arrive in order, as long as this process lives, and at least once: a batch whose answer got lost comes again.
 * `seq` goes up by one, from 1 on for each `boot`, which is new each time; whoever keeps the last one of a boot
 * recognizes what comes twice and what is missing. An answer of 2xx means that the batch has arrived; after 400, 413 and
 * 422 it is dropped; after everything else it is sent again, later and later.
 *
 * What waits is in memory only. When this process crashes or is killed, everything that has not arrived is lost, and so
 * are the events of its end: nobody is told that its clients are gone. Receivers notice a new `boot`, and no more of the
 * old one. What must not be lost needs a check of its own, as by `channels.connections()` or a presence that expires.
 * When too much waits, what comes is dropped; the next batch says how many in `dropped`.
 *
 * @throws TypeError or RangeError for options that make no sense.
 *
 * @example
 * ```ts
 * const events = eventSender({ url: "http://127.0.0.1:3000/channels/events", secret });
 * const channels = createChannels({ onEvent: events.onEvent });
 * // …
 * await channels.close();
 * await events.close();
 * ```
 */
export function eventSender(options: EventSenderOptions): EventSender {
  return new Sender(options);
}

class Sender implements EventSender {
  readonly #url: string;
  readonly #secret: string;
  readonly #headers: ReadonlyMap<string, string>;
  readonly #boot = crypto.randomUUID();
  readonly #node: string;
  readonly #settings: EventSettings;
  readonly #fetch: Fetch;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #queue: EventQueue;
  readonly #vacancies: Vacancies;
  /** What is under way, or waits to be sent again. */
  #batch: Batch | undefined;
  #isSending = false;
  #attempt = 0;
  #timer: Timer;
  #request: AbortController | undefined;
  #sent = 0;
  #failures = 0;
  #closing: Deferred<void> | undefined;
  #isClosed = false;

  constructor(options: EventSenderOptions) {
    this.#settings = resolveEventOptions(options);
    const { secret, node, headers, fetch, clock = systemClock, logger = console } = options;
    this.#url = checkUrl("eventSender", options.url);
    this.#secret = secret;
    this.#headers = new ForwardedHeaders({ staticHeaders: headers }).fixed;
    this.#node = node ?? this.#boot;
    this.#fetch = fetch ?? ((url, init) => globalThis.fetch(url, init));
    this.#clock = clock;
    this.#logger = logger;
    this.#queue = new EventQueue(this.#settings);
    const { debounce, maxEvents } = this.#settings;
    this.#vacancies = new Vacancies(clock, debounce, maxEvents, (channel) =>
      this.#add({ type: "vacated", channel }),
    );
  }

  readonly onEvent = (event: ChannelsEvent): void => {
    if (this.#closing) return this.#queue.drop(1);
    if (event.type === "vacated") this.#vacancies.add(event.channel);
    else if (event.type !== "occupied" || !this.#vacancies.cancel(event.channel)) this.#add(event);
  };

  get stats(): EventStats {
    const { size: queued, dropped } = this.#queue;
    return { queued, sent: this.#sent, dropped, failures: this.#failures };
  }

  close({ timeout = 5_000 }: { timeout?: number | undefined } = {}): Promise<void> {
    if (this.#closing) return this.#closing.promise;
    this.#vacancies.flush();
    this.#closing = new Deferred();
    const deadline = this.#clock.setTimeout(() => this.#end(), timeout);
    void this.#closing.promise.then(() => this.#clock.clearTimeout(deadline));
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#schedule(0);
    return this.#closing.promise;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #add(event: ChannelsEvent): void {
    this.#queue.push(event, Date.now());
    this.#schedule(this.#settings.delay);
  }

  /** Sends after a while, unless that is on its way already. */
  #schedule(delay: number): void {
    if (this.#isClosed || this.#isSending || this.#timer !== undefined) return;
    if (this.#queue.size === 0) {
      if (this.#closing) this.#end();
      return;
    }
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      void this.#send();
    }, delay);
  }

  /** Never rejects. */
  async #send(): Promise<void> {
    const batch = (this.#batch ??= this.#queue.cut());
    if (!batch) return;
    this.#isSending = true;
    const outcome = await this.#try(batch);
    this.#isSending = false;
    if (this.#isClosed) return this.#closing?.resolve();
    if (outcome === "failed") {
      this.#schedule(backoff(this.#attempt++, undefined, this.#settings));
      return;
    }
    if (outcome === "arrived") this.#sent += batch.count;
    this.#queue.settle(batch, outcome === "arrived");
    this.#batch = undefined;
    this.#attempt = 0;
    this.#schedule(0);
  }

  async #try(batch: Batch): Promise<"arrived" | "refused" | "failed"> {
    try {
      const status = await this.#post(this.#write(batch));
      if (status >= 200 && status <= 299) return "arrived";
      this.#failed(`the backend answered with status ${status}`);
      return REFUSED.includes(status) ? "refused" : "failed";
    } catch (error) {
      this.#failed(reasonOf(error));
      return "failed";
    }
  }

  async #post(body: string): Promise<number> {
    const { timeout } = this.#settings;
    const controller = (this.#request = new AbortController());
    const timer = this.#clock.setTimeout(
      () => controller.abort(new TimeoutError("the backend's answer", timeout)),
      timeout,
    );
    try {
      // (Signed anew each time: receivers don't take what was signed long ago.)
      const signature = await sign(this.#secret, body);
      const { status } = await post({
        url: this.#url,
        body,
        headers: new Map(this.#headers).set(SIGNATURE_HEADER, signature),
        maxResponse: MAX_RESPONSE,
        signal: controller.signal,
        fetch: this.#fetch,
      });
      return status;
    } finally {
      this.#clock.clearTimeout(timer);
      this.#request = undefined;
    }
  }

  #write({ events, dropped }: Batch): string {
    const head = JSON.stringify({ node: this.#node, boot: this.#boot, dropped });
    return `${head.slice(0, -1)},"events":[${events}]}`;
  }

  #failed(reason: string): void {
    if (this.#isClosed) return;
    this.#failures++;
    this.#logger.warn(`events did not arrive: ${reason}`);
  }

  /** Everything has arrived, or the time for it is over. */
  #end(): void {
    this.#isClosed = true;
    this.#clock.clearTimeout(this.#timer);
    this.#request?.abort();
    const left = this.#queue.abandon();
    if (left > 0) this.#logger.error(`${left} events were dropped, because time was up`);
    // What is under way ends now, and says so when it has.
    if (!this.#isSending) this.#closing?.resolve();
  }
}
