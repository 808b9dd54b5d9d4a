/**
 * The request that a connection began with, as applications see it.
 *
 * @module
 */

import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import type { HttpHeaders } from "../http/headers.ts";
import { tlsFacts } from "../node/tls-facts.ts";
import type { TlsFacts } from "../node/tls-facts.ts";
import { parseTokens } from "../protocol/handshake/field-values.ts";
import { KeptHeaders } from "./kept-headers.ts";

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
  /** The parameters of the route, percent-decoded; a frozen object without a prototype. */
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

/** What is known of a request when it is made. The rest is in its headers. */
export interface RequestFacts {
  readonly url: string;
  /** As `KeptHeaders` takes them. */
  readonly fields: readonly string[];
  readonly params: Readonly<Record<string, string>>;
  readonly host: string;
  readonly remoteAddress: string | undefined;
  readonly secure: boolean;
}

const NONE: readonly string[] = Object.freeze([]);

/** What few applications ask for, made when they do. */
interface OnUse {
  query?: URLSearchParams;
  controller?: AbortController;
}

/** (The headers are no object of their own, which would have its memory.) */
export class ServerRequest extends KeptHeaders implements HandshakeRequest {
  readonly url: string;
  readonly params: Readonly<Record<string, string>>;
  readonly host: string;
  readonly remoteAddress: string | undefined;
  readonly secure: boolean;
  readonly #tls: TLSSocket | undefined;
  #onUse: OnUse | undefined;

  constructor(facts: RequestFacts, socket: Duplex) {
    super(facts.fields);
    this.url = facts.url;
    this.params = facts.params;
    this.host = facts.host;
    this.remoteAddress = facts.remoteAddress;
    this.secure = facts.secure;
    this.#tls = socket instanceof TLSSocket ? socket : undefined;
  }

  get method(): string {
    return "GET";
  }

  get path(): string {
    return pathOf(this.url);
  }

  get query(): URLSearchParams {
    return ((this.#onUse ??= {}).query ??= new URLSearchParams(this.url.slice(this.path.length)));
  }

  get origin(): string | undefined {
    return this.headers.get("origin");
  }

  get subprotocols(): readonly string[] {
    const offered = this.headers.get("sec-websocket-protocol");
    return offered === undefined ? NONE : (parseTokens(offered) ?? NONE);
  }

  get tls(): TlsFacts | undefined {
    return this.#tls && tlsFacts(this.#tls);
  }

  get signal(): AbortSignal {
    return ((this.#onUse ??= {}).controller ??= new AbortController()).signal;
  }

  /** The handshake has been given up. */
  abort(reason: unknown): void {
    ((this.#onUse ??= {}).controller ??= new AbortController()).abort(reason);
  }
}

/** The part of a request's target before its query. */
export function pathOf(url: string): string {
  const end = url.indexOf("?");
  return end < 0 ? url : url.slice(0, end);
}
