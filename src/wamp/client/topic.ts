/**
 * A subscription of the router's, and those who listen to it: handlers and loops of the application's share it.
 *
 * @module
 */

import { LimitError } from "../../errors.ts";
import { Deferred } from "../../util/deferred.ts";
import * as MessageType from "../protocol/message-type.ts";
import type {
  Event as EventMessage,
  Id,
  MatchPolicy,
  SubscribeOptions,
  Uri,
} from "../protocol/messages.ts";
import { Queue } from "./queue.ts";
import type { EventSink, Session } from "./session.ts";
import { Standing } from "./standing.ts";
import type { StandingHost } from "./standing.ts";
import type { Event, EventStream, EventsOptions } from "./types.ts";

export class Topic extends Standing implements EventSink {
  readonly #match: MatchPolicy | undefined;
  readonly #listeners = new Set<Listener>();

  constructor(host: StandingHost, uri: Uri, match: MatchPolicy | undefined) {
    super(host, MessageType.Subscribe, uri, match);
    this.#match = match;
  }

  add(listener: Listener): void {
    this.#listeners.add(listener);
  }

  /** Resolves when the router knows, if it has to. */
  remove(listener: Listener): Promise<void> {
    const isLast = this.#listeners.delete(listener) && this.#listeners.size === 0;
    // (Undone before the answer has come, it would take away what somebody asks for meanwhile: see `attached`.)
    return isLast && !this.isPending ? this.undo() : Promise.resolve();
  }

  override lost(): void {
    super.lost();
    if (this.#listeners.size === 0) this.end(undefined);
  }

  deliver([, , publication, details, args = [], kwargs = {}]: EventMessage): void {
    const event = { topic: details.topic ?? this.uri, publication, details, args, kwargs };
    for (const listener of this.#listeners) {
      // Whoever didn't ask for what was retained doesn't get it because another did.
      if (details.retained !== true || listener.wantsRetained) listener.deliver(event);
    }
  }

  report(error: unknown): void {
    this.host.report(error, { in: "event", uri: this.uri });
  }

  protected options(): SubscribeOptions {
    const wantsRetained = [...this.#listeners].some((listener) => listener.wantsRetained);
    return { match: this.#match, get_retained: wantsRetained || undefined };
  }

  protected table(session: Session): Session["subscriptions"] {
    return session.subscriptions;
  }

  protected attached(): void {
    if (this.#listeners.size === 0) void this.undo();
  }

  protected finished(error: unknown): void {
    for (const listener of this.#listeners) listener.end(error);
    this.#listeners.clear();
  }
}

export class Listener implements EventStream {
  readonly wantsRetained: boolean;
  readonly #topic: Topic;
  readonly #handler: ((event: Event) => unknown) | undefined;
  readonly #queue: Queue<Event>;
  readonly #options: EventsOptions;
  readonly #ended = new Deferred<unknown>();
  #dropped = 0;

  /** Without a handler events wait to be read. */
  constructor(
    topic: Topic,
    handler: ((event: Event) => unknown) | undefined,
    options: EventsOptions,
  ) {
    this.wantsRetained = options.get_retained === true;
    this.#topic = topic;
    this.#handler = handler;
    this.#options = options;
    this.#queue = new Queue(options.maxQueue ?? 1024);
  }

  get topic(): Uri {
    return this.#topic.uri;
  }

  get id(): Id | undefined {
    return this.#topic.id;
  }

  get ended(): Promise<unknown> {
    return this.#ended.promise;
  }

  get dropped(): number {
    return this.#dropped;
  }

  async unsubscribe(): Promise<void> {
    this.end(undefined);
    await this.#topic.remove(this);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.unsubscribe();
  }

  [Symbol.asyncIterator](): AsyncIterator<Event, undefined> {
    return { next: () => this.#queue.next() };
  }

  deliver(event: Event): void {
    if (this.#handler) return this.#handle(this.#handler, event);
    if (this.#queue.push(event)) return undefined;
    if (this.#options.overflow === "drop") {
      this.#dropped++;
      return undefined;
    }
    const { maxQueue = 1024 } = this.#options;
    this.end(new LimitError("too many events wait to be read", maxQueue, 1008));
    return void this.#topic.remove(this);
  }

  end(error: unknown): void {
    if (error === undefined) this.#queue.end(undefined);
    else this.#queue.fail(error);
    this.#ended.resolve(error);
  }

  #handle(handler: (event: Event) => unknown, event: Event): void {
    const topic = this.#topic;
    try {
      const returned = handler(event);
      if (returned instanceof Promise) {
        returned.catch((error: unknown) => topic.report(error));
      }
    } catch (error) {
      topic.report(error);
    }
  }
}
