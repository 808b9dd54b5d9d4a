/**
 * What an application decides: functions of its own, or its backend's answers over HTTP.
 *
 * @module
 */

import type { Data } from "../protocol/messages.ts";

/** May be a promise of it. */
export type Awaitable<T> = T | Promise<T>;

/** A client's connection, as hooks see it. */
export interface ClientFacts {
  /** Its id, new with each connection. */
  readonly client: string;
  /** `""` for an anonymous one. */
  readonly user: string;
  /** What it came over. */
  readonly transport: "websocket" | "http_stream";
  readonly encoding: "json" | "protobuf";
  /** What the application attached to the connection and keeps from the client, as JSON. */
  readonly meta: string | undefined;
  /** The handshake: what `serve` calls `connection.request`, or a `StreamRequest`. */
  readonly request: unknown;
  /** Header fields that the client emulates with its connect, where it can't send real ones. Names are in lower case. */
  readonly headers: ReadonlyMap<string, string>;
}

export interface ConnectEvent extends ClientFacts {
  readonly name: string;
  readonly version: string;
  readonly token: string;
  readonly data: Data | undefined;
  /** Those that it asks for at once. */
  readonly channels: readonly string[];
}

/** A subscription that the server makes. */
export interface ServerSubscription {
  readonly info?: Data | undefined;
  readonly data?: Data | undefined;
  /** Unix time in seconds. */
  readonly expireAt?: number | undefined;
  /** Instead of what the namespace says. */
  readonly recover?: boolean | undefined;
  readonly presence?: boolean | undefined;
  readonly joinLeave?: boolean | undefined;
}

/** Who a client is. */
export interface Identity {
  readonly user: string;
  /** Shown to others in presence and with what it publishes, as JSON. */
  readonly info?: Data | undefined;
  readonly meta?: string | undefined;
  /** For the client, in the answer to its connect. */
  readonly data?: Data | undefined;
  /** Unix time in seconds. */
  readonly expireAt?: number | undefined;
  readonly subscriptions?: ReadonlyMap<string, ServerSubscription> | undefined;
}

export interface SubscribeEvent extends ClientFacts {
  readonly channel: string;
  readonly token: string;
  readonly data: Data | undefined;
}

/** Allows a subscription. */
export interface SubscribeGrant extends ServerSubscription {}

export interface PublishEvent extends ClientFacts {
  readonly channel: string;
  readonly data: Data;
}

/** Allows a publication, possibly another one. */
export interface PublishGrant {
  readonly data?: Data | undefined;
  readonly skipHistory?: boolean | undefined;
  /** Publishing again with the same key, within five minutes, does nothing, and is answered as the first time. */
  readonly idempotencyKey?: string | undefined;
}

export interface RpcEvent extends ClientFacts {
  readonly method: string;
  readonly data: Data | undefined;
}

export interface MessageEvent extends ClientFacts {
  readonly data: Data | undefined;
}

/** How long something goes on to be allowed. */
export interface Extension {
  /** Unix time in seconds; `undefined`: from now on without an end. */
  readonly expireAt?: number | undefined;
  readonly info?: Data | undefined;
}

/**
 * Each decides about one kind of command. `undefined` means that it has nothing to say: then what tokens and namespaces
 * allow holds. To refuse, throw a `ChannelError` or a `DisconnectError`; anything else that is thrown is logged, and
 * answered as an internal error. So is an answer that is none: data has to be JSON as text, or bytes.
 */
export interface Hooks {
  readonly connect?: ((event: ConnectEvent) => Awaitable<Identity | undefined>) | undefined;
  /**
   * Of a connection that has expired: at once where the `connect` hook let it in, or when its client has brought no new
   * token. `"expired"` ends it, and so does a time that has passed.
   */
  readonly refresh?: ((event: ClientFacts) => Awaitable<Extension | "expired">) | undefined;
  readonly subscribe?:
    | ((event: SubscribeEvent) => Awaitable<SubscribeGrant | undefined>)
    | undefined;
  readonly publish?: ((event: PublishEvent) => Awaitable<PublishGrant | undefined>) | undefined;
  /** Of a subscription that has expired, in the same way; and when a client asks for more time without a token. */
  readonly subRefresh?: ((event: SubscribeEvent) => Awaitable<Extension | "expired">) | undefined;
  /** Those of one client run at the same time. */
  readonly rpc?: ((event: RpcEvent) => Awaitable<Data | undefined>) | undefined;
  /** A message that wants no answer. Those of one client come in order. */
  readonly message?: ((event: MessageEvent) => Awaitable<void>) | undefined;
}

/** What happened; nothing waits for whoever is told. */
export type ChannelsEvent =
  /** Also of a client that was let in, by the `connect` hook for instance, and left before it was told. */
  | {
      readonly type: "disconnect";
      readonly client: string;
      readonly user: string;
      readonly code: number;
      readonly reason: string;
    }
  | {
      readonly type: "unsubscribe";
      readonly client: string;
      readonly user: string;
      readonly channel: string;
      readonly code: number;
      readonly reason: string;
    }
  | { readonly type: "occupied" | "vacated"; readonly channel: string };

/** What a connection token says. `expireAt` is in seconds. */
export interface ConnectionClaims extends Identity {}

/** What a subscription token says. */
export interface SubscriptionClaims extends ServerSubscription {
  readonly channel: string;
  /** It is for this user only; `undefined`: for whoever has it. */
  readonly user: string | undefined;
  readonly client: string | undefined;
}

/** Checks tokens. Rejects with a `ChannelError` `TokenExpired`, or a `DisconnectError` `InvalidToken`. */
export interface TokenVerifier {
  connection(token: string): Promise<ConnectionClaims>;
  subscription(token: string): Promise<SubscriptionClaims>;
}
