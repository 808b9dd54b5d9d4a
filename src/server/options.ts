/**
 * The options of `serve`, and what becomes of them.
 *
 * @module
 */

import type { IncomingMessage, Server as HttpServer, ServerResponse } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { TlsOptions } from "node:tls";
import type { ConnectionOptions } from "../connection/connection.ts";
import { checkCompressionOptions, supportsContextTakeover } from "../node/deflate/codec.ts";
import type { CompressionOptions } from "../node/deflate/codec.ts";
import { systemClock } from "../util/clock.ts";
import { positive } from "../util/positive.ts";
import type { Clock } from "../util/clock.ts";
import { checkOptions } from "../util/option-names.ts";
import type { GuardLimits } from "./guard.ts";
import type { OnHandshake } from "./handler.ts";
import { HostList } from "./host.ts";
import { defaultLogger } from "./logger.ts";
import type { Logger } from "./logger.ts";
import { SERVE_OPTIONS } from "./option-names.ts";
import { OriginPolicy } from "../http/origin.ts";
import type { Origins } from "../http/origin.ts";
import { TrustedProxies } from "./proxy.ts";

/** Where a server listens: one of a TCP port, a Unix socket, a server that is there already, or nowhere. */
export interface ListenOptions {
  /** The TCP port; 0 lets the system choose a free one. Default: 0. */
  readonly port?: number | undefined;
  /** The address or name to bind to; `0.0.0.0` or `::` for all of the machine's. Default: `127.0.0.1`. */
  readonly host?: string | undefined;
  /** The path of a Unix socket, instead of a port. */
  readonly path?: string | undefined;
  /** Serve WebSockets on the port of this server, which goes on serving HTTP, and is neither started nor stopped. */
  readonly server?: HttpServer | HttpsServer | undefined;
  /** `false`: listen nowhere; give each request to `server.accept`. */
  readonly listen?: false | undefined;
  /** Certificate, key and so on: serves `wss:`. */
  readonly tls?: TlsOptions | undefined;
}

/** What a server allows, in all and for each connection. None is limited by default. */
export interface LimitOptions {
  /** How many connections there may be, those that are being opened included; more are answered 503. */
  readonly maxConnections?: number | undefined;
  /** How many of them from one IPv4 address, or from one /64 of IPv6; more are answered 429. */
  readonly maxConnectionsPerAddress?: number | undefined;
  /** How many messages a connection may bring in a second, or in one burst; closed with 1008 beyond it. */
  readonly maxMessagesPerSecond?: number | undefined;
  /** Closes a connection with 1001 that brought no message for so long; pings and pongs don't count. */
  readonly idleTimeout?: number | undefined;
  /** Closes a connection with 1001 once it is so old. */
  readonly maxLifetime?: number | undefined;
}

/** What decides which handshakes are accepted. */
export interface AdmissionOptions {
  /** The subprotocols that the server speaks, the preferred one first. Without one in common there is none. */
  readonly subprotocols?: readonly string[] | undefined;
  /**
   * The web pages that may connect: origins such as `https://example.com`, patterns that match a whole origin, and
   * `"null"` for pages without one; or `"any"`. Default: pages from the host that they connect to.
   */
  readonly origins?: Origins | undefined;
  /**
   * The hosts that the server answers to, with or without a port. Default: any, but only the names of loopback when the
   * server is bound there, against DNS rebinding. These always count for such a server.
   */
  readonly hosts?: readonly string[] | undefined;
  /**
   * The proxies whose `X-Forwarded-For`, `-Proto` and `-Host` are believed: addresses, CIDR blocks, `"loopback"`, and
   * `"unix"` for whoever connects through a Unix socket. The proxy has to set these headers. Default: none.
   */
  readonly trustProxy?: readonly string[] | undefined;
  /** How long the request may take to arrive (408), and then `onHandshake` to decide (503). Default: 10000. */
  readonly openTimeout?: number | undefined;
}

/** Options of `serve`. Durations are milliseconds, sizes bytes. */
export interface ServeOptions<Data = undefined>
  extends ConnectionOptions, ListenOptions, LimitOptions, AdmissionOptions {
  /** Decides about each handshake, and gives the connection its `data`. */
  readonly onHandshake?: OnHandshake<Data> | undefined;
  /** permessage-deflate (RFC 7692), when the client offers it. Default: `true`, without context takeover. */
  readonly compression?: boolean | CompressionOptions | undefined;
  /** The largest message to receive; a larger one closes the connection with 1009. Default: 1048576. */
  readonly maxMessage?: number | undefined;
  /** Plain HTTP requests to the server's own port; any `http` listener will do, such as an Express app. Default: 426. */
  readonly onRequest?:
    | ((request: IncomingMessage, response: ServerResponse) => unknown)
    | undefined;
  /** Default: warnings and errors to the console. */
  readonly logger?: Logger | undefined;
}

/** The options with their defaults, checked and in the form in which they are used. */
export interface Settings {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly openTimeout: number;
  readonly maxMessage: number | undefined;
  readonly subprotocols: readonly string[];
  readonly origins: OriginPolicy;
  readonly hosts: HostList;
  readonly proxies: TrustedProxies;
  readonly compression: CompressionOptions | undefined;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  /** `undefined` when a connection has no limits of this kind. */
  readonly guard: GuardLimits | undefined;
  readonly connection: ConnectionOptions;
  readonly onHandshake: OnHandshake<unknown> | undefined;
}

const OPEN_TIMEOUT = 10_000;

/** The character set of a token (RFC 9110 section 5.6.2), which a subprotocol is. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** @throws TypeError or RangeError for an option that there is not, or that makes no sense. */
export function resolveOptions<Data>(options: ServeOptions<Data>): Settings {
  checkOptions("serve", options, SERVE_OPTIONS);
  checkListen(options);
  const { compression = true, subprotocols = [], clock = systemClock } = options;
  const malformed = subprotocols.find((name) => !TOKEN.test(name));
  if (malformed !== undefined) {
    throw new TypeError(`subprotocols: ${JSON.stringify(malformed)} is no token`);
  }
  return {
    clock,
    logger: options.logger ?? defaultLogger,
    openTimeout: optional("openTimeout", options.openTimeout) ?? OPEN_TIMEOUT,
    maxMessage: optional("maxMessage", options.maxMessage),
    subprotocols,
    origins: new OriginPolicy(options.origins),
    hosts: new HostList(options.hosts ?? []),
    proxies: new TrustedProxies(options.trustProxy),
    compression: resolveCompression(compression),
    maxConnections: optional("maxConnections", options.maxConnections) ?? Infinity,
    maxConnectionsPerAddress:
      optional("maxConnectionsPerAddress", options.maxConnectionsPerAddress) ?? Infinity,
    guard: resolveGuard(options),
    connection: pickConnectionOptions(options, clock),
    onHandshake: options.onHandshake as OnHandshake<unknown> | undefined,
  };
}

function resolveCompression(option: boolean | CompressionOptions): CompressionOptions | undefined {
  if (option === false) return undefined;
  if (option === true) return {};
  checkCompressionOptions(option);
  if (supportsContextTakeover()) return option;
  return { ...option, serverContextTakeover: false, clientContextTakeover: false };
}

function resolveGuard(options: LimitOptions): GuardLimits | undefined {
  const maxMessagesPerSecond = optional("maxMessagesPerSecond", options.maxMessagesPerSecond);
  const idleTimeout = optional("idleTimeout", options.idleTimeout);
  const maxLifetime = optional("maxLifetime", options.maxLifetime);
  if ((maxMessagesPerSecond ?? idleTimeout ?? maxLifetime) === undefined) return undefined;
  return { maxMessagesPerSecond, idleTimeout, maxLifetime };
}

/** One object for all connections. */
function pickConnectionOptions(options: ConnectionOptions, clock: Clock): ConnectionOptions {
  return {
    clock,
    closeTimeout: options.closeTimeout,
    keepalive: options.keepalive,
    highWaterMark: options.highWaterMark,
    maxSendQueue: options.maxSendQueue,
    overflow: options.overflow,
    receiveHighWaterMark: options.receiveHighWaterMark,
  };
}

function checkListen({ port, host, path, server, listen, tls }: ListenOptions): void {
  const tcp = port !== undefined || host !== undefined;
  const places = [tcp, path !== undefined, server !== undefined, listen === false];
  if (places.filter(Boolean).length > 1) {
    throw new TypeError("give one of port and host, path, server, and listen: false");
  }
  if (tls && (server || listen === false)) {
    throw new TypeError("tls is for a server of our own: give it to the server that listens");
  }
}

function optional(name: string, value: number | undefined): number | undefined {
  return value === undefined ? undefined : positive(name, value);
}
