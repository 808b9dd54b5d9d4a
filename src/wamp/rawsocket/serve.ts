/**
 * RawSocket for routers.
 *
 * @module
 */

import type { TlsOptions } from "node:tls";
import type { Clock } from "../../util/clock.ts";
import { positive } from "../../util/positive.ts";
import { systemClock } from "../../util/clock.ts";
import { checkOptions } from "../../util/option-names.ts";
import type { OptionNames } from "../../util/option-names.ts";
import type { RawSocketAddress } from "./address.ts";
import type { RawSocketConnection } from "./facts.ts";
import { MAX_LENGTH, MIN_LENGTH } from "./handshake.ts";
import { RawSocketListener } from "./listener.ts";
import {
  OPEN_TIMEOUT,
  pickConnectionOptions,
  RAW_SOCKET_OPTIONS,
  readMaxMessage,
} from "./options.ts";
import type { RawSocketOptions } from "./options.ts";
import { byId } from "./subprotocols.ts";

/** Runs once for each connection, which is closed when it returns: `handler` of a router is one. */
export type RawSocketHandler = (connection: RawSocketConnection) => unknown;

/** A `console`, or something like it. */
export interface RawSocketLogger {
  error(message: string, ...details: unknown[]): void;
}

/** Options of `serveRawSocket`. Durations are milliseconds, sizes bytes. */
export interface ServeRawSocketOptions extends RawSocketOptions {
  /** The TCP port; 0 lets the system choose a free one. Default: 0. */
  readonly port?: number | undefined;
  /** The address or name to bind to; `0.0.0.0` or `::` for all of the machine's. Default: `127.0.0.1`. */
  readonly host?: string | undefined;
  /**
   * The path of a Unix socket, instead of a port. The file must not be there; only a socket that a server left behind, and
   * that nobody answers, is replaced. Who may connect is decided by the permissions of its folder, and the process's umask.
   */
  readonly path?: string | undefined;
  /** Certificate, key and so on: clients have to speak TLS. */
  readonly tls?: TlsOptions | undefined;
  /**
   * The serializers, as subprotocols: those of a router. What RawSocket can't carry (batches) is left out. Default:
   * `wamp.2.json` alone.
   */
  readonly subprotocols?: readonly string[] | undefined;
  /** How long the messages of this side may be at least: a client that takes less is refused. Default: 512, which is all. */
  readonly minPeerMessage?: number | undefined;
  /** How many connections there may be, those that are being opened included; more are refused. Default: no limit. */
  readonly maxConnections?: number | undefined;
  /** Default: errors to the console. */
  readonly logger?: RawSocketLogger | undefined;
}

/** A server of RawSockets that listens. Close it when it is no longer needed. */
export interface RawSocketServer extends AsyncDisposable {
  /** Where it listens, for `connectRawSocket`. */
  readonly address: RawSocketAddress;
  /** Stops listening, closes all connections (1001), and resolves when they are gone. Close a router before. */
  close(): Promise<void>;
}

/** Options with their defaults. */
export interface Settings {
  readonly clock: Clock;
  readonly logger: RawSocketLogger;
  readonly openTimeout: number;
  readonly maxMessage: number;
  readonly minPeerMessage: number;
  readonly maxConnections: number;
  /** By the number of the serializer. */
  readonly subprotocols: ReadonlyMap<number, string>;
  readonly options: RawSocketOptions;
}

const OPTIONS: OptionNames<ServeRawSocketOptions> = {
  ...RAW_SOCKET_OPTIONS,
  port: true,
  host: true,
  path: true,
  tls: true,
  subprotocols: true,
  minPeerMessage: true,
  maxConnections: true,
  logger: true,
};

/**
 * Listens for clients that speak RawSocket, and resolves when it does. What it hands out are connections as those of
 * `serve`, but for messages in parts, and for close codes, which RawSocket doesn't have.
 *
 * @throws TypeError or RangeError (as a rejection) for options that make no sense, and what Node reports when it can't listen,
 * such as `EADDRINUSE`.
 *
 * @example
 * ```ts
 * const router = createRouter({ realms: { realm1: { authenticators: [anonymous()] } } });
 * const { subprotocols } = router;
 * const server = await serveRawSocket(router.handler, { port: 8081, subprotocols });
 * ```
 */
export async function serveRawSocket(
  handler: RawSocketHandler,
  options: ServeRawSocketOptions = {},
): Promise<RawSocketServer> {
  checkOptions("serveRawSocket", options, OPTIONS);
  const listener = new RawSocketListener(handler, settle(options), options.tls);
  await listener.listen(options);
  return {
    address: listener.address,
    close: () => listener.close(),
    [Symbol.asyncDispose]: () => listener.close(),
  };
}

function settle(options: ServeRawSocketOptions): Settings {
  const { port, host, path, subprotocols = ["wamp.2.json"], minPeerMessage = MIN_LENGTH } = options;
  const { maxConnections = Infinity, logger = console, clock = systemClock } = options;
  if (path !== undefined && (port !== undefined || host !== undefined)) {
    throw new TypeError("give one of port and host, and path");
  }
  const known = byId(subprotocols);
  if (known.size === 0) throw new TypeError("subprotocols has none that RawSocket can carry");
  if (!(minPeerMessage <= MAX_LENGTH))
    throw new RangeError(`minPeerMessage is above ${MAX_LENGTH}`);
  positive("maxConnections", maxConnections);
  return {
    clock,
    logger,
    openTimeout: options.openTimeout ?? OPEN_TIMEOUT,
    maxMessage: readMaxMessage(options),
    minPeerMessage,
    maxConnections,
    subprotocols: known,
    options: pickConnectionOptions(options),
  };
}
