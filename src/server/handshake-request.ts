/**
 * The request that a connection began with, as applications see it.
 *
 * @module
 */

import type { Duplex } from "node:stream";
import type { HttpHeaders } from "../http/headers.ts";
import { tlsFacts } from "../node/tls-facts.ts";
import type { TlsFacts } from "../node/tls-facts.ts";

export type { TlsFacts } from "../node/tls-facts.ts";

/** A request to open a WebSocket. What is costly to make is made on first use. */
export interface HandshakeRequest {
  /** Always `GET` (RFC 6455 section 4.1). */
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  /** The path, as sent: percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: HttpHeaders;
  /** The parameters of the route, percent-decoded; an object without a prototype. */
  readonly params: Readonly<Record<string, string>>;
  /** The Host that the client asked for; from `X-Forwarded-Host` when the proxy is trusted. */
  readonly host: string;
  /** The origin of the page that connects, if it was a page. It has passed the server's check. */
  readonly origin: string | undefined;
  /** The client's address; from `X-Forwarded-For` when the proxy is trusted. `undefined` for a Unix socket. */
  readonly remoteAddress: string | undefined;
  /** Whether the client speaks TLS; from `X-Forwarded-Proto` when the proxy is trusted. */
  readonly secure: boolean;
  /** The subprotocols that the client offers, in its order of preference. */
  readonly subprotocols: readonly string[];
  /** About the TLS connection that the request came on; `undefined` without TLS, and behind a proxy that ends it. */
  readonly tls: TlsFacts | undefined;
  /** Aborted when the client goes away, or `openTimeout` passes, before the handshake is decided; not afterwards. */
  readonly signal: AbortSignal;
}

/** What is known of a request when it is made. */
export interface RequestFacts {
  readonly method: string;
  readonly url: string;
  readonly headers: HttpHeaders;
  readonly params: Readonly<Record<string, string>>;
  readonly host: string;
  readonly origin: string | undefined;
  readonly remoteAddress: string | undefined;
  readonly secure: boolean;
  readonly subprotocols: readonly string[];
}

export class ServerRequest implements HandshakeRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: HttpHeaders;
  readonly params: Readonly<Record<string, string>>;
  readonly host: string;
  readonly origin: string | undefined;
  readonly remoteAddress: string | undefined;
  readonly secure: boolean;
  readonly subprotocols: readonly string[];
  readonly tls: TlsFacts | undefined;
  #query: URLSearchParams | undefined;
  #controller: AbortController | undefined;
  #aborted: { readonly reason: unknown } | undefined;

  constructor(facts: RequestFacts, socket: Duplex) {
    this.method = facts.method;
    this.url = facts.url;
    this.headers = facts.headers;
    this.params = facts.params;
    this.host = facts.host;
    this.origin = facts.origin;
    this.remoteAddress = facts.remoteAddress;
    this.secure = facts.secure;
    this.subprotocols = facts.subprotocols;
    this.tls = tlsFacts(socket);
  }

  get path(): string {
    return pathOf(this.url);
  }

  get query(): URLSearchParams {
    return (this.#query ??= new URLSearchParams(this.url.slice(this.path.length)));
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#aborted.reason);
    }
    return this.#controller.signal;
  }

  /** The handshake has been given up. */
  abort(reason: unknown): void {
    this.#aborted = { reason };
    this.#controller?.abort(reason);
  }
}

/** The part of a request's target before its query. */
export function pathOf(url: string): string {
  const end = url.indexOf("?");
  return end < 0 ? url : url.slice(0, end);
}
