/**
 * The client: its sessions, one after the other, and what goes on from one to the next.
 *
 * @module
 */

import { backoff } from "../../connection/backoff.ts";
import { pause } from "../../connection/pause.ts";
import { ClosedError, LimitError, StateError } from "../../errors.ts";
import { systemClock } from "../../util/clock.ts";
import type { Clock } from "../../util/clock.ts";
import { Deferred } from "../../util/deferred.ts";
import { interruptible } from "../../util/interruptible.ts";
import { Latest } from "../../util/latest.ts";
import { quiet } from "../../util/quiet.ts";
import { WampError } from "../protocol/errors.ts";
import type { Link } from "../protocol/link.ts";
import * as MessageType from "../protocol/message-type.ts";
import type { Dict, Id, List, Result, Uri } from "../protocol/messages.ts";
import type { Ask } from "./ask.ts";
import { Call } from "./call.ts";
import type { CallInit, Chunks } from "./call.ts";
import { isFatal } from "./fatal.ts";
import { RegisteredProcedure } from "./procedure.ts";
import { ProgressiveResults, readResult } from "./progressive-call.ts";
import { Publishing } from "./publishing.ts";
import type { PublishingOptions } from "./publishing.ts";
import { Session } from "./session.ts";
import { CLOSED, standingKey } from "./standing.ts";
import type { Standing, StandingHost } from "./standing.ts";
import { Listener, Topic } from "./topic.ts";
import type {
  CallOptions,
  CallResult,
  ClientStatus,
  ErrorContext,
  Event,
  EventsOptions,
  EventStream,
  Invocation,
  ProgressOptions,
  ProgressiveCall,
  RegisterOptions,
  Registration,
  SessionInfo,
  SubscribeOptions,
  Subscription,
  WaitOptions,
  WampClientOptions,
} from "./types.ts";

/** Opens a link for a session. `signal` is aborted when the client is closed. */
export type OpenLink = (signal: AbortSignal) => Link | Promise<Link>;

/** What waits for a session. */
type Waiting = Pick<Ask<unknown>, "begin" | "fail" | "promise" | "wait">;

type WithKwargs = { readonly kwargs?: Dict | undefined };

declare const console: { error(...data: unknown[]): void };

export class Client implements StandingHost {
  readonly clock: Clock;
  readonly backoff: WampClientOptions;
  readonly #open: OpenLink;
  readonly #options: WampClientOptions;
  readonly #timeout: number;
  readonly #abort = new AbortController();
  readonly #closed = new Deferred<unknown>();
  readonly #status = new Latest<ClientStatus>({
    state: "connecting",
    attempt: 0,
    delay: undefined,
    error: undefined,
  });
  readonly #standings = new Map<string, Standing>();
  readonly #waiting = new Set<Waiting>();
  /** The one there is, joined or not. */
  #current: Session | undefined;
  /** The one that has joined. */
  #session: Session | undefined;
  #joinedAt: number | undefined;

  constructor(open: OpenLink, options: WampClientOptions) {
    this.clock = options.clock ?? systemClock;
    this.backoff = options;
    this.#open = open;
    this.#options = options;
    this.#timeout = options.timeout ?? 10_000;
    // (Who makes the client has it before `open` is called.)
    queueMicrotask(() => void this.#run());
  }

  // ---- to the application

  get status(): ClientStatus {
    return this.#status.value;
  }

  get closed(): Promise<unknown> {
    return this.#closed.promise;
  }

  statuses(): AsyncIterable<ClientStatus> {
    return this.#status.watch();
  }

  connected(): Promise<SessionInfo> {
    return quiet(this.#untilConnected());
  }

  call(procedure: Uri, args?: List | Chunks, options?: CallOptions & WithKwargs): Promise<unknown> {
    return this.#ask(new Call(this.clock, { procedure, args, options }, readValue));
  }

  callResult(
    procedure: Uri,
    args?: List | Chunks,
    options?: CallOptions & WithKwargs,
  ): Promise<CallResult> {
    return this.#ask(new Call(this.clock, { procedure, args, options }, readResult));
  }

  callProgress(
    procedure: Uri,
    args?: List | Chunks,
    options?: ProgressOptions & WithKwargs,
  ): ProgressiveCall {
    const init: CallInit = { procedure, args, options };
    const results = new ProgressiveResults(this.clock, init, options?.maxQueue);
    void this.#ask(results.call);
    return results;
  }

  publish(topic: Uri, args?: List, options?: PublishingOptions): Promise<Id | undefined> {
    const { timeout = this.#timeout } = options ?? {};
    return this.#ask(new Publishing(this.clock, topic, args, { ...options, timeout }));
  }

  subscribe(
    topic: Uri,
    handler: (event: Event) => unknown,
    options: SubscribeOptions = {},
  ): Promise<Subscription> {
    return quiet(this.#listen(topic, handler, options));
  }

  events(topic: Uri, options: EventsOptions = {}): Promise<EventStream> {
    return quiet(this.#listen(topic, undefined, options));
  }

  register(
    procedure: Uri,
    handler: (invocation: Invocation) => unknown,
    options: RegisterOptions = {},
  ): Promise<Registration> {
    return quiet(this.#register(procedure, handler, options));
  }

  isError(error: unknown, uri: Uri): error is WampError {
    return error instanceof WampError && error.uri === uri;
  }

  async close(): Promise<void> {
    this.#finish(undefined);
    await this.#current?.leave(this.#end());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // ---- for subscriptions and registrations

  report(error: unknown, context: ErrorContext): void {
    const { onError = logError } = this.#options;
    try {
      onError(error, context);
    } catch {
      // There is nobody left to tell.
    }
  }

  forget(standing: Standing): void {
    const { key } = standing;
    if (this.#standings.get(key) === standing) this.#standings.delete(key);
  }

  // ---- connecting

  get #isClosed(): boolean {
    return this.status.state === "closed";
  }

  /** One session after the other, until the client is closed or must not come back. */
  async #run(): Promise<void> {
    const { clock } = this;
    const { stableAfter = 10_000, isFatal: isFinal = isFatal } = this.#options;
    const { signal } = this.#abort;
    for (let attempt = 0; !this.#isClosed; attempt++) {
      this.#joinedAt = undefined;
      const error = await this.#attempt();
      if (this.#isClosed) return;
      if (clock.now() - (this.#joinedAt ?? Infinity) >= stableAfter) attempt = 0;
      if (isFinal(error)) return this.#finish(error);
      const delay = backoff(attempt, error, this.#options);
      this.#status.set({ state: "connecting", attempt: attempt + 1, delay, error });
      await pause(clock, delay, signal);
    }
  }

  /** Connects and joins, and resolves with why there is no session any more. */
  async #attempt(): Promise<unknown> {
    let link;
    try {
      link = await this.#open(this.#abort.signal);
    } catch (error) {
      return error;
    }
    if (this.#isClosed) return link.close();
    const { realm, authentication = [], openTimeout = 10_000, closeTimeout = 5000 } = this.#options;
    let reason: unknown;
    const session = new Session(link, {
      realm,
      authentication,
      clock: this.clock,
      openTimeout,
      closeTimeout,
      joined: (info) => this.#joined(session, info),
      ended: (error) => {
        reason = error;
        this.#lost(error);
      },
    });
    this.#current = session;
    await session.run();
    return reason;
  }

  #joined(session: Session, info: SessionInfo): void {
    this.#session = session;
    this.#joinedAt = this.clock.now();
    this.#status.set({ state: "connected", session: info });
    for (const standing of this.#standings.values()) standing.establish(session);
    for (const ask of this.#waiting) {
      this.#waiting.delete(ask);
      ask.begin(session);
    }
  }

  #lost(error: unknown): void {
    this.#session = undefined;
    if (!this.#isClosed) {
      this.#status.set({ state: "connecting", attempt: 0, delay: undefined, error });
    }
    for (const standing of this.#standings.values()) standing.lost();
  }

  #finish(error: unknown): void {
    if (this.#isClosed) return;
    this.#status.set({ state: "closed", error });
    this.#status.end();
    this.#session = undefined;
    for (const standing of this.#standings.values()) standing.end(error);
    for (const ask of this.#waiting) ask.fail(this.#end());
    this.#waiting.clear();
    this.#abort.abort();
    this.#closed.resolve(error);
  }

  #end(): unknown {
    const { status } = this;
    return (status.state === "closed" && status.error) || new ClosedError(CLOSED);
  }

  async #untilConnected(): Promise<SessionInfo> {
    for await (const status of this.statuses()) {
      if (status.state === "connected") return status.session;
    }
    throw this.#end();
  }

  // ---- requests

  /** Sends it, now or as soon as there is a session. */
  #ask<T>(ask: Ask<T>): Promise<T> {
    const session = this.#session;
    ask.start();
    if (session) ask.begin(session);
    else if (this.#isClosed) ask.fail(this.#end());
    else if (!ask.isOver) this.#wait(ask);
    return ask.promise;
  }

  #wait(ask: Waiting): void {
    const { maxPending = 1024 } = this.#options;
    if (this.#waiting.size >= maxPending) {
      return ask.fail(new LimitError("requests that wait", maxPending, 1008));
    }
    this.#waiting.add(ask);
    ask.wait(this.#timeout);
    const leave = (): void => void this.#waiting.delete(ask);
    void ask.promise.then(leave, leave);
    return undefined;
  }

  async #listen(
    uri: Uri,
    handler: ((event: Event) => unknown) | undefined,
    options: EventsOptions,
  ): Promise<EventStream> {
    if (this.#isClosed) throw this.#end();
    const key = standingKey(MessageType.Subscribe, uri, options.match);
    const session = this.#session;
    const existing = this.#standings.get(key) as Topic | undefined;
    const topic = existing ?? new Topic(this, uri, options.match);
    const listener = new Listener(topic, handler, options);
    this.#standings.set(key, topic);
    topic.add(listener);
    if (session && (!existing || listener.wantsRetained)) topic.establish(session);
    await this.#granted(topic, options, () => listener.unsubscribe());
    return listener;
  }

  async #register(
    uri: Uri,
    handler: (invocation: Invocation) => unknown,
    options: RegisterOptions,
  ): Promise<Registration> {
    if (this.#isClosed) throw this.#end();
    const procedure = new RegisteredProcedure(this, uri, handler, options);
    if (this.#standings.has(procedure.key)) throw new StateError(`${uri} is registered`);
    this.#standings.set(procedure.key, procedure);
    if (this.#session) procedure.establish(this.#session);
    await this.#granted(procedure, options, () => procedure.unregister());
    return procedure;
  }

  /** Waits until a session has granted it; else it is undone. */
  async #granted(
    { uri, granted }: Standing,
    { timeout = this.#timeout, signal }: WaitOptions,
    undo: () => Promise<void>,
  ): Promise<void> {
    const { clock } = this;
    try {
      await interruptible<void>(
        `an answer for ${uri}`,
        { clock, timeout, signal },
        (resolve, reject) => {
          granted.then(resolve, reject);
          return () => {};
        },
      );
    } catch (error) {
      void undo();
      throw error;
    }
  }
}

function readValue(result: Result): unknown {
  return result[3]?.[0];
}

function logError(error: unknown, context: ErrorContext): void {
  const logger = console;
  logger.error(`an ${context.in} of ${context.uri} failed:`, error);
}
