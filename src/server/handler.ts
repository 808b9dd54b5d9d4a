/**
 * The functions that an application gives to `serve`.
 *
 * @module
 */

import type { Connection } from "../connection/connection.ts";
import type { PathParams, RoutePath } from "../http/routes.ts";
import type { HandshakeRequest } from "./handshake-request.ts";

/** Something, or a promise of it. */
export type Awaitable<T> = T | PromiseLike<T>;

/** A connection of a server: `data` is what `onHandshake` gave it, `request` the handshake that it began with. */
export type ServerConnection<Data = undefined> = Connection<Data, HandshakeRequest>;

/**
 * Runs once for each connection. The connection is closed with 1000 when it returns, and with 1011 when it throws, which
 * is logged; an end of the connection that it let through, as a `ClosedError`, is no error.
 */
export type Handler<Data = undefined, Params = unknown> = (
  connection: ServerConnection<Data>,
  params: Params,
) => unknown;

/**
 * Handlers by path: `/chat/:room` (`params.room`), `/files/*` (`params["*"]`).
 *
 * Paths match exactly, segment by segment, after percent-decoding; the most specific one wins. Nothing is normalized:
 * `.` and `..` are segments as any other.
 */
export type Routes<Path extends RoutePath = RoutePath, Data = undefined> = {
  readonly [P in Path]: Handler<Data, PathParams<P>>;
};

/** What `onHandshake` returns to accept a connection. */
export type Acceptance<Data = undefined> = AcceptanceFields & DataField<Data>;

interface AcceptanceFields {
  /** Headers for the response, such as `Set-Cookie`. The handshake's own can't be set. */
  readonly headers?:
    | Readonly<Record<string, string>>
    | Iterable<readonly [string, string]>
    | undefined;
  /** The subprotocol to use: one of those that the client offered. Default: chosen from the `subprotocols` option. */
  readonly subprotocol?: string | undefined;
}

/** `data` can only be left out where it may be undefined. */
type DataField<Data> = undefined extends Data
  ? { readonly data?: Data }
  : {
      /** Becomes the connection's `data`. */
      readonly data: Data;
    };

/** What `onHandshake` returns: a `Response` (of the web standard) refuses, anything else accepts. */
export type HandshakeResult<Data = undefined> =
  | Response
  | Acceptance<Data>
  | (undefined extends Data ? undefined | void : never);

/**
 * Decides about a handshake that has passed the server's own checks, and gives the connection its data.
 *
 * What it throws is logged and answered with 500; when it takes longer than `openTimeout`, the answer is 503.
 */
export type OnHandshake<Data = undefined> = (
  request: HandshakeRequest,
) => Awaitable<HandshakeResult<Data>>;
