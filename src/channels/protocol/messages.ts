/**
 * The messages of the client protocol, as objects: `schema.ts` says what they are on the wire. Names are those of the wire.
 *
 * @module
 */

/** Of the application: JSON as text, or bytes that a Protobuf client sent and that are no JSON. */
export type Data = string | Uint8Array;

export interface ClientInfo {
  readonly user: string;
  readonly client: string;
  readonly conn_info?: Data | undefined;
  readonly chan_info?: Data | undefined;
}

export interface Publication {
  readonly data: Data;
  readonly info?: ClientInfo | undefined;
  readonly offset?: number | undefined;
  readonly tags?: ReadonlyMap<string, string> | undefined;
}

export interface SubscribeRequest {
  readonly channel?: string;
  readonly token?: string;
  readonly recover?: boolean;
  readonly epoch?: string;
  readonly offset?: number;
  readonly data?: Data;
  readonly positioned?: boolean;
  readonly recoverable?: boolean;
  readonly join_leave?: boolean;
  readonly delta?: string;
  /** A filter of tags, which is not supported. */
  readonly tf?: Data;
  readonly flag?: number;
}

export interface ConnectRequest {
  readonly token?: string;
  readonly data?: Data;
  readonly subs?: ReadonlyMap<string, SubscribeRequest>;
  readonly name?: string;
  readonly version?: string;
  readonly headers?: ReadonlyMap<string, string>;
}

export interface HistoryRequest {
  readonly channel?: string;
  readonly limit?: number;
  readonly since?: { readonly offset?: number; readonly epoch?: string };
  readonly reverse?: boolean;
}

/** What a client asks for: one of the methods. None at all is a pong. */
export interface Command {
  readonly id?: number;
  readonly connect?: ConnectRequest;
  readonly subscribe?: SubscribeRequest;
  readonly unsubscribe?: { readonly channel?: string };
  readonly publish?: { readonly channel?: string; readonly data?: Data };
  readonly presence?: { readonly channel?: string };
  readonly presence_stats?: { readonly channel?: string };
  readonly history?: HistoryRequest;
  readonly ping?: object;
  readonly send?: { readonly data?: Data };
  readonly rpc?: { readonly method?: string; readonly data?: Data };
  readonly refresh?: { readonly token?: string };
  readonly sub_refresh?: { readonly channel?: string; readonly token?: string };
}

export interface SubscribeResult {
  readonly expires?: boolean | undefined;
  readonly ttl?: number | undefined;
  readonly recoverable?: boolean | undefined;
  readonly positioned?: boolean | undefined;
  readonly epoch?: string | undefined;
  readonly offset?: number | undefined;
  readonly publications?: readonly Publication[] | undefined;
  readonly recovered?: boolean | undefined;
  readonly was_recovering?: boolean | undefined;
  readonly data?: Data | undefined;
}

export interface ConnectResult {
  readonly client: string;
  readonly version: string;
  readonly expires?: boolean | undefined;
  readonly ttl?: number | undefined;
  readonly data?: Data | undefined;
  readonly subs?: ReadonlyMap<string, SubscribeResult> | undefined;
  readonly ping?: number | undefined;
  readonly pong?: boolean | undefined;
  readonly session?: string | undefined;
  readonly node?: string | undefined;
}

export interface HistoryResult {
  readonly publications: readonly Publication[];
  readonly epoch: string;
  readonly offset: number;
}

export interface ErrorReply {
  readonly code: number;
  readonly message: string;
  readonly temporary?: boolean | undefined;
}

export interface Push {
  readonly channel?: string | undefined;
  readonly pub?: Publication;
  readonly join?: { readonly info: ClientInfo };
  readonly leave?: { readonly info: ClientInfo };
  readonly unsubscribe?: { readonly code: number; readonly reason: string };
  readonly subscribe?: Pick<
    SubscribeResult,
    "recoverable" | "epoch" | "offset" | "positioned" | "data"
  >;
  readonly message?: { readonly data: Data };
  readonly disconnect?: { readonly code: number; readonly reason: string };
  readonly refresh?: { readonly expires: boolean; readonly ttl: number };
  readonly advance?: { readonly offset: number };
}

/** The answers to commands, by method. */
export interface Results {
  readonly connect: ConnectResult;
  readonly subscribe: SubscribeResult;
  readonly unsubscribe: object;
  readonly publish: object;
  readonly presence: { readonly presence: ReadonlyMap<string, ClientInfo> };
  readonly presence_stats: { readonly num_clients: number; readonly num_users: number };
  readonly history: HistoryResult;
  readonly ping: object;
  readonly rpc: { readonly data?: Data | undefined };
  readonly refresh: {
    readonly client: string;
    readonly version: string;
    readonly expires?: boolean | undefined;
    readonly ttl?: number | undefined;
  };
  readonly sub_refresh: {
    readonly expires?: boolean | undefined;
    readonly ttl?: number | undefined;
  };
}

export type Method = keyof Results;

/** The answer to a command, or a push; nothing at all is a ping. */
export type Reply = {
  readonly id?: number;
  readonly error?: ErrorReply;
  readonly push?: Push;
} & Partial<Results>;
