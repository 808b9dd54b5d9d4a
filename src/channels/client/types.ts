/**
 * What a client of channels offers.
 *
 * @module
 */

import type { BackoffOptions } from "../../connection/backoff.ts";
import type { Connection } from "../../connection/connection.ts";
import type { StreamPosition } from "../../engine/position.ts";
import type { Clock } from "../../util/clock.ts";

/** What is sent: anything that JSON has but `null`, which stands for nothing at all in the protocol. */
export type Payload = string | number | boolean | object;

/** A client as others in a channel see it. */
export interface ClientInfo {
  /** `""` for an anonymous one. */
  readonly user: string;
  /** The id of its connection. */
  readonly client: string;
  /** What the server attached to the connection, and to the subscription. */
  readonly conn_info?: unknown;
  readonly chan_info?: unknown;
}

/** Something that was published. */
export interface Publication<T = unknown> {
  readonly type: "publication";
  readonly data: T;
  /** Its place in the history of the channel; `undefined` when it is in none. */
  readonly offset: number | undefined;
  /** Who published it; `undefined` when it was the server. */
  readonly info: ClientInfo | undefined;
  /** What the server has added. */
  readonly tags: Readonly<Record<string, string>> | undefined;
}

/**
 * Something may have been missed that can't be recovered: load again whatever the publications have been keeping up to
 * date. What is published from here on follows.
 */
export interface Gap {
  readonly type: "gap";
}

/** How a command waits for its answer. */
export interface CallOptions {
  /** Milliseconds that it may take, the wait for a connection included. Default: that of the client. */
  readonly timeout?: number | undefined;
  /** Gives up: the promise rejects with the signal's reason. What was sent is not undone. */
  readonly signal?: AbortSignal | undefined;
}

/** Which part of a history to read. */
export interface HistoryOptions extends CallOptions {
  /** At most so many; 0 for the position alone. Default: all. */
  readonly limit?: number | undefined;
  /** Only what came after it; with `reverse` only what came before it. */
  readonly since?: StreamPosition | undefined;
  /** The latest first. Default: `false`. */
  readonly reverse?: boolean | undefined;
}

/** A part of a history, and its latest position. */
export interface ChannelHistory<T = unknown> extends StreamPosition {
  readonly publications: readonly Publication<T>[];
}

/** Gives a token; to give up for good it throws a `ChannelError`. Anything else that it throws is tried again later. */
export type GetToken<Context> = (context: Context) => string | Promise<string>;

/** How to subscribe. Sizes are bytes. */
export interface SubscribeOptions {
  /** A subscription token, for channels that need one. */
  readonly token?: string | undefined;
  /** Asked when there is no token, or it expires. */
  readonly getToken?: GetToken<{ readonly channel: string }> | undefined;
  /** For the server's `subscribe` hook. */
  readonly data?: Payload | undefined;
  /** Keep {@link Subscription.presence}. The namespace has to offer `presence` and `joinLeave`. Default: `false`. */
  readonly presence?: boolean | undefined;
  /** Begin with what was published after this; when that can't be had, with a gap. Default: with what comes next. */
  readonly since?: StreamPosition | undefined;
  /** The server makes the subscription, not the client: wait until it does. Default: `false`. */
  readonly server?: boolean | undefined;
  /**
   * How much may wait to be read, in characters of JSON. What comes beyond that is left out, and recovered once all that
   * waits has been read, or else shown as a gap. Default: 1048576.
   */
  readonly maxQueue?: number | undefined;
  /** `"ignore"`: it doesn't matter when something is missed, and the iteration yields publications only. Default: `"show"`. */
  readonly gaps?: "show" | "ignore" | undefined;
}

/** Who is in a channel, by the ids of clients; always the latest that is known. */
export interface Members extends ReadonlyMap<string, ClientInfo> {
  /** Yields the members, now and whenever they have changed, until the subscription ends. A slow reader skips some states. */
  changes(): AsyncIterable<Members>;
}

/**
 * A subscription to a channel. It goes on through reconnects, until `unsubscribe`, the end of the client, or a refusal.
 *
 * Iterate over it, in one loop at a time: nothing is lost before the loop begins, and leaving the loop ends nothing. The
 * loop ends when the subscription does: quietly after `unsubscribe` and after the client's `close`, else with an error: a
 * `ChannelError` when the server refused or ended the subscription, or what ended the client.
 */
export interface Subscription<T = unknown, Item = Publication<T> | Gap>
  extends AsyncIterable<Item>, AsyncDisposable {
  readonly channel: string;
  readonly state: "subscribing" | "subscribed" | "ended";
  /** What it has got so far of a channel whose history can be recovered; `undefined` before it is subscribed. */
  readonly position: StreamPosition | undefined;
  /** What the server's `subscribe` hook, or the token, has for the client; `undefined` before it is subscribed. */
  readonly data: unknown;
  /**
   * Who is in the channel. While there is no connection it stays as it was.
   *
   * @throws StateError when the subscription was made without `presence`.
   */
  readonly presence: Members;
  /**
   * Resolves as soon as it is subscribed.
   *
   * @throws ChannelError (as a rejection) when the server refuses, or what else ended it before.
   */
  ready(): Promise<void>;
  /** As {@link ChannelsClient.publish}. */
  publish(data: T & Payload, options?: CallOptions): Promise<void>;
  /** As {@link ChannelsClient.history}. */
  history(options?: HistoryOptions): Promise<ChannelHistory<T>>;
  /** Ends it, and resolves when the server knows, or can't be told. Never rejects. */
  unsubscribe(): Promise<void>;
}

/** How a client is doing. */
export type ClientStatus =
  | {
      readonly state: "connecting";
      /** How many attempts have failed in a row. */
      readonly attempt: number;
      /** How long after the last one the next one is made, in milliseconds; `undefined` at first. */
      readonly delay: number | undefined;
      /** Why the last one failed, or the last connection ended; `undefined` at first. */
      readonly error: unknown;
    }
  | {
      readonly state: "connected";
      /** The id of this connection. */
      readonly client: string;
      /** What the server's `connect` hook, or the token, has for the client. */
      readonly data: unknown;
    }
  | {
      readonly state: "closed";
      /** Why, when it was not closed by `close`. */
      readonly error: unknown;
    };

/**
 * Opens a connection; called again for each reconnect. `signal` is aborted when the client is closed. What it throws ends
 * the client where it ends `reconnecting`: a refusal with a 4xx status, and whatever is no `FullduplexError`.
 */
export type Open = (context: { readonly signal: AbortSignal }) => Connection | Promise<Connection>;

/** How to connect. Durations are milliseconds, sizes bytes. */
export interface ChannelsClientOptions extends BackoffOptions {
  /** A connection token. */
  readonly token?: string | undefined;
  /** Asked when there is no token, and before or when it expires. */
  readonly getToken?: GetToken<{ readonly signal: AbortSignal }> | undefined;
  /** For the server's `connect` hook. */
  readonly data?: Payload | undefined;
  /** Asked for it at each connect, in place of `data`, where that changes. What it throws ends the client. */
  readonly getData?: (() => Payload | undefined) | undefined;
  /** What kind of client this is, for the server. */
  readonly name?: string | undefined;
  /** Header fields for the server's `connect` hook, for browsers, which can't send real ones. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How long a command may take to be answered, the wait for a connection included. Default: 10000. */
  readonly timeout?: number | undefined;
  /** How much later than announced a ping may come before the connection counts as dead. Default: 10000. */
  readonly pingGrace?: number | undefined;
  /** How much may wait to be answered, in characters of JSON, beyond the one command in hand. Default: 1048576. */
  readonly maxPending?: number | undefined;
  /** How long a connection must have lived for the delays to start from the beginning. Default: 10000. */
  readonly stableAfter?: number | undefined;
  /** The source of time; tests give their own. */
  readonly clock?: Clock | undefined;
}

/**
 * A client of channels. It connects by itself, again and again, until it is closed, or until the server says that it should
 * not come back.
 *
 * Commands that are given while there is no connection wait for one. A command whose connection ends before the answer
 * came rejects with a `ClosedError` and is never sent again: it may or may not have been done. All of them reject with a
 * `ChannelError` when the server refuses, a `TimeoutError`, a `LimitError` above `maxPending`, the signal's reason, or what
 * ended the client. A rejection that nobody awaits never becomes an unhandled one.
 */
export interface ChannelsClient extends AsyncDisposable {
  /** How it is doing now. */
  readonly status: ClientStatus;
  /** Yields the status, now and whenever it has changed, until the client is closed. A slow reader skips some of them. */
  statuses(): AsyncIterable<ClientStatus>;
  /** Resolves once it is connected, at once if it is; rejects with what ended it. */
  connected(): Promise<void>;
  /** Resolves once the client has ended: with why, or with `undefined` after `close`. Never rejects. */
  readonly closed: Promise<unknown>;

  /**
   * Subscribes, at once or as soon as there is a connection. `T` is what is published there, which nothing checks.
   *
   * @throws StateError when the client is subscribed to this channel already, or closed.
   * @throws TypeError for `data` that JSON can't hold.
   */
  subscribe<T = unknown>(
    channel: string,
    options: SubscribeOptions & { readonly gaps: "ignore" },
  ): Subscription<T, Publication<T>>;
  subscribe<T = unknown>(channel: string, options?: SubscribeOptions): Subscription<T>;

  /** Resolves when the server has taken it. */
  publish(channel: string, data: Payload, options?: CallOptions): Promise<void>;
  /** What was published in a channel. */
  history<T = unknown>(channel: string, options?: HistoryOptions): Promise<ChannelHistory<T>>;
  /** Who is in a channel now. */
  presence(channel: string, options?: CallOptions): Promise<ReadonlyMap<string, ClientInfo>>;
  /** How many are in a channel now: connections, and users. */
  presenceStats(
    channel: string,
    options?: CallOptions,
  ): Promise<{ readonly clients: number; readonly users: number }>;
  /** Asks the server's `rpc` hook. Nothing checks that the answer is a `T`. */
  rpc<T = unknown>(method: string, data?: Payload, options?: CallOptions): Promise<T>;
  /** A message for the server's `message` hook, which is not answered. Resolves when it was handed over. */
  send(data: Payload, options?: CallOptions): Promise<void>;

  /** Ends all subscriptions and commands, and resolves when the connection is gone. Never rejects. */
  close(): Promise<void>;
}
