/**
 * What a client of WAMP offers.
 *
 * @module
 */

import type { BackoffOptions } from "../../connection/backoff.ts";
import type { Connection } from "../../connection/connection.ts";
import type { Clock } from "../../util/clock.ts";
import type { WampError } from "../protocol/errors.ts";
import type {
  CancelMode,
  Dict,
  EventDetails,
  Id,
  InvocationDetails,
  List,
  PayloadPassthru,
  PublishOptions as WirePublishOptions,
  RegisterOptions as WireRegisterOptions,
  ResultDetails,
  SubscribeOptions as WireSubscribeOptions,
  Uri,
  WelcomeDetails,
} from "../protocol/messages.ts";
import type { Serializer } from "../protocol/serializer.ts";
import type {
  Api,
  ArgsOf,
  ErrorData,
  ErrorName,
  KwargsOf,
  Procedure,
  ProcedureName,
  ProgressOf,
  Rest,
  ResultOf,
  Topic,
  TopicName,
  Untyped,
  WithKwargs,
} from "./api.ts";
import type { Authentication } from "./authentication/authentication.ts";
import type { WampResult } from "./result.ts";

/** What goes with a call, a result or an event. */
export interface Data<Args = List, Kwargs = Dict> {
  readonly args: Args;
  readonly kwargs: Kwargs;
}

/** How something waits for its answer. */
export interface WaitOptions {
  /** Milliseconds that it may take, the wait for a connection included. Default: that of the client. */
  readonly timeout?: number | undefined;
  /** Gives up: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** How to call. */
export interface CallOptions extends PayloadPassthru {
  /**
   * Milliseconds that it may take, the wait for a connection included; with progressive results: until the next one. The router is
   * told, so that the callee stops. Default: no limit once there is a connection.
   */
  readonly timeout?: number | undefined;
  /** Cancels the call when it is aborted; what that means is up to `cancelMode`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * What becomes of a call that is canceled. `killnowait`: the callee is told, and the promise rejects at once with the signal's
   * reason. `kill`: the callee is told, and has the last word: the promise resolves if it succeeds nevertheless. `skip`: the
   * callee isn't told. Default: `killnowait`.
   */
  readonly cancelMode?: CancelMode | undefined;
  /** The callee shall know who calls. Default: up to the router. */
  readonly disclose_me?: boolean | undefined;
}

/** How to call for progressive results. */
export interface ProgressOptions extends CallOptions {
  /** How many results may wait to be read; one more cancels the call with a `LimitError`. Default: 1024. */
  readonly maxQueue?: number | undefined;
}

/** A result with all that it has. */
export interface CallResult<T = unknown> extends Data {
  /** The first of the arguments, which is what `call` resolves with. */
  readonly value: T;
  readonly details: ResultDetails;
}

/**
 * A call whose results come piece by piece: iterate over it, in one loop at a time. What can't come any more ends the loop: its
 * return value, and `result`, is the last result. Leaving the loop early cancels the call.
 */
export interface ProgressiveCall<Progress = unknown, Result = unknown> extends AsyncIterable<
  CallResult<Progress>,
  CallResult<Result>
> {
  /** The last result. Rejects as `call` does; that nobody looks at it is no unhandled rejection. */
  readonly result: Promise<CallResult<Result>>;
}

/** How to publish. */
export interface PublishOptions extends WirePublishOptions, WaitOptions {}

/** An event as a subscriber sees it. */
export interface Event<Args = List, Kwargs = Dict> extends Data<Args, Kwargs> {
  readonly topic: Uri;
  /** The id of the publication. */
  readonly publication: Id;
  /** Who published it, if that is disclosed, and whether it was retained. */
  readonly details: EventDetails;
}

/** How to subscribe. */
export interface SubscribeOptions extends WireSubscribeOptions, WaitOptions {}

/** How to subscribe for a loop. */
export interface EventsOptions extends SubscribeOptions {
  /** How many events may wait to be read. Default: 1024. */
  readonly maxQueue?: number | undefined;
  /** What becomes of one more: it ends the subscription with a `LimitError`, or is dropped and counted. Default: `error`. */
  readonly overflow?: "error" | "drop" | undefined;
}

/** With a pattern instead of a URI. */
export interface PatternOptions {
  readonly match: "prefix" | "wildcard";
}

/** Something that lasts until it is undone, the client ends, or the router revokes it; through reconnects, too. */
interface Standing extends AsyncDisposable {
  /** The router's id for it; `undefined` while there is no connection. */
  readonly id: Id | undefined;
  /**
   * Resolves once it has ended: with why (a `WampError` when the router has revoked it, or doesn't grant it again after a
   * reconnect), or with `undefined` when it was undone, or the client closed, from here. Never rejects.
   */
  readonly ended: Promise<unknown>;
}

/** A handler of events that is subscribed. */
export interface Subscription extends Standing {
  readonly topic: Uri;
  /** Ends it, and resolves when the router knows, or can't be told. Never rejects. */
  unsubscribe(): Promise<void>;
}

/**
 * Events of a subscription, to iterate over, in one loop at a time. Leaving the loop ends nothing. The loop ends when the
 * subscription does: quietly, or with the error that `ended` resolves with.
 */
export interface EventStream<E = Event> extends Subscription, AsyncIterable<E> {
  /** How many events were dropped because too many waited. */
  readonly dropped: number;
}

/** How to register. */
export interface RegisterOptions extends WireRegisterOptions, WaitOptions {
  /** Calls may come in chunks; else such a call is refused. Default: `false`. */
  readonly chunks?: boolean | undefined;
  /** How many chunks of a call may wait to be read; one more ends the call with an error. Default: 1024. */
  readonly maxQueue?: number | undefined;
}

/** A procedure that is registered. */
export interface Registration extends Standing {
  readonly procedure: Uri;
  /** Ends it, and resolves when the router knows, or can't be told; calls that come until then are still served. Never rejects. */
  unregister(): Promise<void>;
}

/** A call as its handler sees it. */
export interface Invocation<Args = List, Kwargs = Dict, Progress = unknown> extends Data<
  Args,
  Kwargs
> {
  /** What was called. */
  readonly procedure: Uri;
  /** Who called, if that is disclosed. */
  readonly details: InvocationDetails;
  /** Aborted when the call is canceled, and when the session ends: there is nobody who waits for the result. */
  readonly signal: AbortSignal;
  /** All parts of a call that comes in chunks, the first included; of any other call the one that there is. */
  readonly chunks: AsyncIterable<Data<Args, Kwargs>>;
  /**
   * Sends a progressive result; nothing if the caller didn't ask for them, or the call is over. Await what it returns before
   * the next one.
   *
   * @throws TypeError or RangeError for what the serializer can't encode.
   */
  readonly progress: (value: Progress | WampResult) => Promise<void> | undefined;
}

/**
 * Serves calls. What it returns is the result; `undefined` is none, a `WampResult` is several. An async generator's `yield`s are
 * progressive results. A `WampError` that it throws is the answer, with all that it holds; anything else becomes a
 * `wamp.error.runtime_error` without a word of what it was, which goes to the client's `onError`.
 */
export type ProcedureHandler<P> = (
  invocation: Invocation<ArgsOf<P>, KwargsOf<P>, ProgressOf<P>>,
) => Returned<ResultOf<P>> | AsyncIterable<ProgressOf<P> | WampResult, ResultOf<P> | WampResult>;

type Returned<T> = T | WampResult | Promise<T | WampResult>;

/** Takes events. What it throws, or rejects with, goes to the client's `onError`. */
export type EventHandler<T> = (event: Event<ArgsOf<T>, KwargsOf<T>>) => unknown;

/** A session, as the router announced it. */
export interface SessionInfo extends WelcomeDetails {
  readonly id: Id;
}

/** How a client is doing. */
export type ClientStatus =
  | {
      readonly state: "connecting";
      /** How many attempts have failed in a row. */
      readonly attempt: number;
      /** How long after the last one the next one is made, in milliseconds; `undefined` at first. */
      readonly delay: number | undefined;
      /** Why the last one failed, or the last session ended; `undefined` at first. */
      readonly error: unknown;
    }
  | { readonly state: "connected"; readonly session: SessionInfo }
  | {
      readonly state: "closed";
      /** Why, when it was not closed by `close`. */
      readonly error: unknown;
    };

/** Opens a connection; called again for each reconnect. */
export type Open = (context: OpenContext) => Connection | Promise<Connection>;

export interface OpenContext {
  /** Those of the client's serializers, for the option of `connect` with this name. */
  readonly subprotocols: readonly string[];
  /** Aborted when the client is closed. */
  readonly signal: AbortSignal;
}

/** What went wrong with nobody there to tell. */
export interface ErrorContext {
  readonly in: "event" | "invocation" | "subscription" | "registration";
  /** The topic or procedure. */
  readonly uri: Uri;
}

/** How to join a realm. Durations are milliseconds. */
export interface JoinOptions {
  readonly realm: Uri;
  /** Ways to show who this is, the preferred one first. Default: anonymous. */
  readonly authentication?: readonly Authentication[] | undefined;
  /** The preferred one first; which one is used is up to the connection's subprotocol. Default: JSON. */
  readonly serializers?: readonly Serializer[] | undefined;
  /** How long a request other than a call may take, and how long a call may wait for a connection. Default: 10000. */
  readonly timeout?: number | undefined;
  /** How long joining may take from when there is a connection. Default: 10000. */
  readonly openTimeout?: number | undefined;
  /** How long the router may take to answer a GOODBYE. Default: 5000. */
  readonly closeTimeout?: number | undefined;
  /** How many requests may wait for a connection. Default: 1024. */
  readonly maxPending?: number | undefined;
  /**
   * Told what handlers throw (a `WampError` of a procedure's apart, which goes to the caller), and that the router has ended a
   * subscription or registration. Default: writes to the console.
   */
  readonly onError?: ((error: unknown, context: ErrorContext) => void) | undefined;
  /** The source of time; tests give their own. */
  readonly clock?: Clock | undefined;
}

/** How to join a realm, again and again. Durations are milliseconds. */
export interface WampClientOptions extends JoinOptions, BackoffOptions {
  /** How long a session must have lived for the delays to start from the beginning. Default: 10000. */
  readonly stableAfter?: number | undefined;
  /**
   * Whether to give up because of `error`, which then ends the client. Default: a handshake that is refused with a 4xx status, a
   * connection that the router closes with 1002 (as it does without a subprotocol), whatever is no `FullduplexError`, and a `WampError` by which the router refuses, or has ended, the session, unless that
   * says that it is temporary: `wamp.close.system_shutdown`, `close_realm` and `normal`; `wamp.error.unavailable`,
   * `network_failure`, `timeout`, `authorization_failed` and `runtime_error`.
   */
  readonly isFatal?: ((error: unknown) => boolean) | undefined;
}

type CallRest<A extends Api, U, Options> = Rest<
  ArgsOf<Procedure<A, U>> | AsyncIterable<ArgsOf<Procedure<A, U>>, ArgsOf<Procedure<A, U>> | void>,
  Options & WithKwargs<KwargsOf<Procedure<A, U>>>
>;

type PublishRest<A extends Api, U, Options> = Rest<
  ArgsOf<Topic<A, U>>,
  Options & WithKwargs<KwargsOf<Topic<A, U>>>
>;

/**
 * A client of WAMP: caller, callee, publisher and subscriber in one realm.
 *
 * What is asked for while there is no connection waits for one. What was sent and not answered when the session ends rejects
 * with the reason (a `ClosedError` when the connection was lost) and is never sent again: it may or may not have been done.
 * All promises reject with a `WampError` when the router, or a callee, answers with an error; a `TimeoutError`; a `LimitError` above
 * `maxPending`; the signal's reason; or what ended the client. A rejection that nobody awaits never becomes an unhandled one.
 */
export interface WampClient<A extends Api = Untyped> extends AsyncDisposable {
  /** How it is doing now. */
  readonly status: ClientStatus;
  /** Yields the status, now and whenever it has changed, until the client is closed. A slow reader skips some of them. */
  statuses(): AsyncIterable<ClientStatus>;
  /** Resolves once it is connected, at once if it is; rejects with what ended it. */
  connected(): Promise<SessionInfo>;
  /** Resolves once the client has ended: with why, or with `undefined` after `close`. Never rejects. */
  readonly closed: Promise<unknown>;

  /**
   * Calls, and resolves with the first value of the result. Arguments can come in chunks: each `yield` of an async generator
   * is one, and what it returns is the last.
   */
  call<U extends ProcedureName<A>>(
    procedure: U,
    ...rest: CallRest<A, U, CallOptions>
  ): Promise<ResultOf<Procedure<A, U>>>;
  /** As `call`, with all of the result. */
  callResult<U extends ProcedureName<A>>(
    procedure: U,
    ...rest: CallRest<A, U, CallOptions>
  ): Promise<CallResult<ResultOf<Procedure<A, U>>>>;
  /** Calls for progressive results. */
  callProgress<U extends ProcedureName<A>>(
    procedure: U,
    ...rest: CallRest<A, U, ProgressOptions>
  ): ProgressiveCall<ProgressOf<Procedure<A, U>>, ResultOf<Procedure<A, U>>>;
  /** Registers a procedure, again after each reconnect. */
  register<U extends ProcedureName<A>>(
    procedure: U,
    handler: ProcedureHandler<Procedure<A, U>>,
    options?: RegisterOptions & { readonly match?: "exact" },
  ): Promise<Registration>;
  /** Registers a pattern of procedures. */
  register(
    pattern: Uri,
    handler: ProcedureHandler<Procedure<Untyped, Uri>>,
    options: RegisterOptions & PatternOptions,
  ): Promise<Registration>;

  /** With `acknowledge` it resolves with the id of the publication when the router has taken it, else as soon as more may be sent. */
  publish<U extends TopicName<A>>(
    topic: U,
    args: ArgsOf<Topic<A, U>>,
    options: PublishOptions & { readonly acknowledge: true } & WithKwargs<KwargsOf<Topic<A, U>>>,
  ): Promise<Id>;
  publish<U extends TopicName<A>>(
    topic: U,
    ...rest: PublishRest<A, U, PublishOptions>
  ): Promise<Id | undefined>;
  /** Calls `handler` for each event, again after each reconnect. Handlers of one topic share a subscription of the router's. */
  subscribe<U extends TopicName<A>>(
    topic: U,
    handler: EventHandler<Topic<A, U>>,
    options?: SubscribeOptions & { readonly match?: "exact" },
  ): Promise<Subscription>;
  /** Subscribes to a pattern of topics. */
  subscribe(
    pattern: Uri,
    handler: EventHandler<Topic<Untyped, Uri>>,
    options: SubscribeOptions & PatternOptions,
  ): Promise<Subscription>;
  /** Subscribes, for a loop over the events. */
  events<U extends TopicName<A>>(
    topic: U,
    options?: EventsOptions & { readonly match?: "exact" },
  ): Promise<EventStream<Event<ArgsOf<Topic<A, U>>, KwargsOf<Topic<A, U>>>>>;
  events(pattern: Uri, options: EventsOptions & PatternOptions): Promise<EventStream>;

  /** Whether `error` is the `WampError` with that URI. Nothing checks its arguments. */
  isError<U extends ErrorName<A>>(
    error: unknown,
    uri: U,
  ): error is WampError<ArgsOf<ErrorData<A, U>> & List, KwargsOf<ErrorData<A, U>> & Dict>;

  /** Says goodbye, and resolves when the connection is gone. Never rejects. */
  close(): Promise<void>;
}
