/**
 * One opening of a connection: requests, redirects, and the verdict.
 *
 * @module
 */

import { randomBytes } from "node:crypto";
import { request as httpRequest } from "node:http";
import type { ClientRequest, IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { RequestOptions } from "node:https";
import type { Duplex } from "node:stream";
import type { ConnectionOptions as TlsConnectionOptions } from "node:tls";

import { FullduplexError, HandshakeError } from "../../errors.ts";
import { HttpHeaders } from "../../http/headers.ts";
import { sha1 } from "../../node/platform.ts";
import type { DeflateOptions } from "../../protocol/extensions/permessage-deflate.ts";
import { offerDeflate } from "../../protocol/extensions/permessage-deflate.ts";
import { upgradeHeaders } from "../../protocol/handshake/upgrade-headers.ts";
import { verifyAcceptance } from "../../protocol/handshake/verify-acceptance.ts";
import type { Acceptance } from "../../protocol/handshake/verify-acceptance.ts";
import type { ConnectOptions } from "./connect-options.ts";
import { RefusalBody } from "./read-body.ts";
import { followRedirect, isRedirect } from "./redirect.ts";
import { toRawHeaders } from "./request-headers.ts";
import type { Field } from "./request-headers.ts";
import { originOf } from "./target.ts";
import type { Target } from "./target.ts";

const MAX_REDIRECTS = 10;

/** What is meant for the server that the application named. */
const OWN_TLS_OPTIONS = new Set(["cert", "key", "pfx", "passphrase", "servername"]);

/** A socket that has become a WebSocket. */
export interface Opened {
  readonly target: Target;
  readonly socket: Duplex;
  /** What the server sent after its answer. */
  readonly head: Uint8Array;
  readonly headers: HttpHeaders;
  readonly acceptance: Acceptance;
}

/** What stays the same from one request to the next. */
export interface OpeningPlan<C> {
  readonly options: ConnectOptions;
  readonly deflate: DeflateOptions | undefined;
  /** Called synchronously with the end of the handshake, so that no byte or error of the socket is missed. */
  readonly accept: (opened: Opened) => C;
  readonly resolve: (connection: C) => void;
  readonly reject: (error: unknown) => void;
}

/** Calls back once: `resolve` or `reject`. */
export class Opening<C> {
  readonly #plan: OpeningPlan<C>;
  readonly #first: Target;
  #request: ClientRequest | undefined;
  #redirects = 0;
  #isOver = false;
  /** Reports the refusal that is being read, as far as it came. */
  #refuse: (() => void) | undefined;

  constructor(target: Target, fields: readonly Field[], plan: OpeningPlan<C>) {
    this.#plan = plan;
    this.#first = target;
    this.#start(target, fields);
  }

  /** Gives up, unless it is over; but a refusal whose body did not end in time is reported, because it says more than the time. */
  cancel(): void {
    if (this.#isOver) return;
    if (!this.#plan.options.signal?.aborted) this.#refuse?.();
    this.#isOver = true;
    this.#request?.destroy();
  }

  #start(target: Target, fields: readonly Field[]): void {
    const key = randomBytes(16).toString("base64");
    try {
      const request = this.#makeRequest(target, fields, key);
      this.#request = request;
      // Headers beyond the default count would be dropped without a word.
      request.maxHeadersCount = 0;
      request.on("error", (error) => {
        this.#refuse?.();
        this.#fail(toConnectError(error, target));
      });
      request.on("upgrade", (response, socket, head) => {
        this.#verify({ target, key, response, socket, head });
      });
      request.on("response", (response) => this.#answer(target, fields, response));
      request.end();
    } catch (error) {
      // Options that Node refuses. Not at once: the caller is not ready for it yet.
      queueMicrotask(() => this.#fail(error));
    }
  }

  #makeRequest(target: Target, fields: readonly Field[], key: string): ClientRequest {
    const { options, deflate } = this.#plan;
    const { url, isSecure, socketPath } = target;
    const { subprotocols, agent = false } = options;
    const extensions = deflate && offerDeflate(deflate);
    const upgrade = upgradeHeaders({ key, subprotocols, extensions });
    const requestOptions: RequestOptions = {
      ...(isSecure && this.#tlsOptions(target)),
      agent,
      method: "GET",
      // A literal IPv6 address is in brackets in a URL only.
      host: url.hostname.replace(/^\[|\]$/g, ""),
      port: url.port || (isSecure ? 443 : 80),
      path: url.pathname + url.search,
      headers: toRawHeaders(target, fields, upgrade),
      ...(socketPath !== undefined && { socketPath }),
    };
    return isSecure ? httpsRequest(requestOptions) : httpRequest(requestOptions);
  }

  /** A certificate of the client's, like other credentials, is for the first server only. */
  #tlsOptions(target: Target): TlsConnectionOptions {
    const tls = { ALPNProtocols: ["http/1.1"], ...this.#plan.options.tls };
    if (originOf(target) === originOf(this.#first)) return tls;
    return Object.fromEntries(Object.entries(tls).filter(([name]) => !OWN_TLS_OPTIONS.has(name)));
  }

  #verify(answer: UpgradeAnswer): void {
    const { target, key, response, socket, head } = answer;
    const { options, deflate, accept, resolve } = this.#plan;
    // From here on the socket is nobody's until a transport takes it.
    socket.on("error", ignore);
    if (this.#isOver || this.#refuse) {
      socket.destroy();
      // It refused first, whatever it says after that.
      this.#refuse?.();
      return;
    }
    const headers = new HttpHeaders(response.rawHeaders);
    const status = response.statusCode as number;
    const offered = { key, subprotocols: options.subprotocols ?? [], deflate };
    try {
      const acceptance = verifyAcceptance({ status, headers }, offered, sha1);
      const connection = accept({ target, socket, head, headers, acceptance });
      this.#isOver = true;
      resolve(connection);
    } catch (error) {
      socket.destroy();
      this.#fail(error);
    }
  }

  #answer(target: Target, fields: readonly Field[], response: IncomingMessage): void {
    const { location } = response.headers;
    const status = response.statusCode as number;
    const { maxRedirects = MAX_REDIRECTS } = this.#plan.options;
    if (!isRedirect(status, location) || maxRedirects === 0) {
      // Node hands an acceptance that upgrades nothing over like any other response.
      const message =
        status === 101
          ? "the server accepted the connection, but did not upgrade it"
          : `the server refused the connection with status ${status}`;
      this.#readRefusal(message, response);
      return;
    }
    const next =
      ++this.#redirects > maxRedirects
        ? `the server redirected more than ${maxRedirects} times`
        : followRedirect(target, fields, location);
    if (typeof next === "string") this.#readRefusal(next, response);
    else {
      response.on("error", ignore);
      this.#request?.removeAllListeners("error").on("error", ignore).destroy();
      this.#start(next.target, next.fields);
    }
  }

  #readRefusal(message: string, response: IncomingMessage): void {
    const headers = new HttpHeaders(response.rawHeaders);
    const status = response.statusCode as number;
    this.#refuse = () => {
      this.#fail(new HandshakeError(message, { status, headers, body: body.text }));
    };
    const body = new RefusalBody(response, this.#refuse);
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#request?.destroy();
    this.#plan.reject(error);
  }
}

/** A response that says that it upgrades. */
interface UpgradeAnswer {
  readonly target: Target;
  readonly key: string;
  readonly response: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Uint8Array;
}

function ignore(): void {}

function toConnectError(error: NodeJS.ErrnoException, target: Target): FullduplexError {
  const { code, message } = error;
  // Codes of the HTTP parser: there is a server, but it doesn't speak HTTP.
  if (code?.startsWith("HPE_")) {
    return new HandshakeError(`the server's answer is malformed: ${code}`, {}, { cause: error });
  }
  const text = `can't connect to ${originOf(target)}: ${message || code}`;
  return new FullduplexError("ERR_CONNECT", text, { cause: error });
}
