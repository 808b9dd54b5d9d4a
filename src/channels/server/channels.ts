/**
 * The public side of the server: what an application does with it.
 *
 * @module
 */

import type { Connection } from "../../connection/connection.ts";
import type { HttpHandler } from "../../http/handler.ts";
import type { StreamPosition } from "../../engine/position.ts";
import type { ClientInfo, Data, HistoryResult } from "../protocol/messages.ts";
import type { ServerSubscription } from "./hooks.ts";
import type { ClientFilter } from "./registry.ts";

/** How to publish. */
export interface PublishOptions {
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Don't keep it in the history; it has no offset then. */
  readonly skipHistory?: boolean | undefined;
  /** Publishing again with the same key, within five minutes, does nothing, and answers as the first time. */
  readonly idempotencyKey?: string | undefined;
  /** The id of a client that doesn't get it; its place in the channel moves on all the same. */
  readonly exclude?: string | undefined;
}

/** Which part of a history to read. */
export interface HistoryQuery {
  /** At most so many; 0 for the position alone. Default: all. */
  readonly limit?: number | undefined;
  /** Only what came after it; with `reverse` only what came before it. */
  readonly since?: StreamPosition | undefined;
  readonly reverse?: boolean | undefined;
}

/** A connection, as backends see it. */
export interface ConnectionFacts {
  readonly client: string;
  readonly user: string;
  readonly session: string;
  readonly transport: "websocket" | "http_stream";
  readonly encoding: "json" | "protobuf";
  readonly channels: readonly string[];
}

/** A node, and what there is on it. */
export interface NodeInfo {
  readonly uid: string;
  readonly version: string;
  readonly num_clients: number;
  readonly num_users: number;
  readonly num_subs: number;
  readonly num_channels: number;
  /** Milliseconds since it was started. */
  readonly uptime: number;
  /** Publications that were dropped for slow subscribers, where that is the policy. */
  readonly num_dropped: number;
}

/**
 * A server of channels. Data is JSON as text: what `JSON.stringify` gives. Everything that is asked about a channel is
 * refused with a `ChannelError` when its name belongs to no namespace, or the namespace doesn't have that; and so is data
 * that is no JSON, which would break the connections of all subscribers.
 */
export interface Channels extends AsyncDisposable {
  /**
   * Serves a client, until it has gone. Give it to `serve` as the handler of a path, with {@link Channels.subprotocols}.
   */
  readonly handler: (connection: Connection) => Promise<void>;
  /** For `serve`: what Protobuf clients ask for. */
  readonly subprotocols: readonly string[];
  /**
   * Serves clients where WebSockets are blocked, over plain HTTP: SDKs ask for it at `/connection/http_stream`, and need
   * {@link Channels.emulationHandler} too. `httpListener` of `fullduplex/server` puts both into an `http` server.
   */
  readonly streamHandler: HttpHandler;
  /**
   * What such clients say after that, for `/emulation`. It may come to any node of the engine, and any process: what is
   * for another one is passed on.
   */
  readonly emulationHandler: HttpHandler;

  /** Resolves with its place in the history, if there is one. */
  publish(
    channel: string,
    data: Data,
    options?: PublishOptions,
  ): Promise<StreamPosition | undefined>;

  /** Subscribes clients, of a user for instance, to a channel, and tells them so. */
  subscribe(
    filter: ClientFilter,
    channel: string,
    options?: ServerSubscription & { readonly since?: StreamPosition | undefined },
  ): Promise<void>;
  unsubscribe(filter: ClientFilter, channel: string): Promise<void>;
  /**
   * Default: 3503, after which the client doesn't come back. A code is one from 3000 to 4999, a reason at most 123 bytes.
   */
  disconnect(
    filter: ClientFilter,
    options?: {
      readonly code?: number | undefined;
      readonly reason?: string | undefined;
      readonly whitelist?: readonly string[] | undefined;
    },
  ): Promise<void>;
  /**
   * Lets clients stay until `expireAt` (Unix time in seconds; without one, for good). With `expired`, or a time that is
   * over, it ends them.
   */
  refresh(
    filter: ClientFilter,
    options: {
      readonly expired?: boolean | undefined;
      readonly expireAt?: number | undefined;
      readonly info?: Data | undefined;
    },
  ): Promise<void>;

  presence(channel: string): Promise<ReadonlyMap<string, ClientInfo>>;
  presenceStats(channel: string): Promise<{ readonly clients: number; readonly users: number }>;
  history(channel: string, query?: HistoryQuery): Promise<HistoryResult>;
  removeHistory(channel: string): Promise<void>;

  /** The channels that somebody on this node is subscribed to; `pattern` may have `*` in it. */
  channels(pattern?: string): Promise<ReadonlyMap<string, { readonly clients: number }>>;
  /** The connections to this node. */
  connections(filter?: {
    readonly user?: string | undefined;
    readonly channel?: string | undefined;
  }): Promise<readonly ConnectionFacts[]>;
  info(): Promise<readonly NodeInfo[]>;

  /** Ends all connections (3001: clients come back), and resolves when they have gone. */
  close(): Promise<void>;
}
