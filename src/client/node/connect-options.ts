/**
 * What `connect` takes in Node, and what it knows of the handshake.
 *
 * @module
 */

import type { Agent } from "node:http";
import type { ConnectionOptions as TlsConnectionOptions } from "node:tls";

import type { CommonConnectOptions } from "../../connection/connect-options.ts";
import type { HttpHeaders } from "../../http/headers.ts";
import type { TlsFacts } from "../../node/tls-facts.ts";
import type { CompressionOptions } from "../../node/deflate/codec.ts";

/** Options of `connect`. Durations are milliseconds, sizes bytes. */
export interface ConnectOptions extends CommonConnectOptions {
  /** More header fields for the request. On a redirect to another origin, those with credentials are left out. */
  readonly headers?: Readonly<Record<string, string>> | Iterable<readonly [string, string]>;
  /** The value of `Origin`, which browsers send. Default: none. */
  readonly origin?: string | undefined;
  /** The longest message that is received; a longer one closes the connection with 1009. Default: 1048576. */
  readonly maxMessage?: number | undefined;
  /** Whether, or how, to offer compression (RFC 7692). Default: `true`. */
  readonly compression?: boolean | CompressionOptions | undefined;
  /** Options of TLS for `wss:`, such as `ca`. Certificates are verified unless `rejectUnauthorized` is `false`. */
  readonly tls?: TlsConnectionOptions | undefined;
  /** Makes the sockets, such as one that goes through a proxy. Default: each connection makes its own. */
  readonly agent?: Agent | undefined;
  /** A Unix socket to connect to, instead of the URL's host. */
  readonly socketPath?: string | undefined;
  /** How many redirects to follow. Default: 10. */
  readonly maxRedirects?: number | undefined;
}

/** What is known about a client's handshake. */
export interface ClientHandshake {
  /** The address that was connected to, after redirects, without credentials. */
  readonly url: string;
  /** The header fields of the server's answer. */
  readonly headers: HttpHeaders;
  /** The TLS connection below, for channel binding; `undefined` for `ws:`. The certificate in it is the server's. */
  readonly tls: TlsFacts | undefined;
}
