/**
 * A handler of the web's `Request` and `Response` as a listener of Node's `http` servers.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import { HttpHeaders } from "../http/headers.ts";
import type { HttpHandler } from "../http/handler.ts";
import { checkOptions } from "../util/option-names.ts";
import type { OptionNames } from "../util/option-names.ts";
import { readRequest, RequestBody } from "./http-request.ts";
import { Reply } from "./http-reply.ts";
import { whenClosed } from "./pipelining.ts";
import { defaultLogger } from "./logger.ts";
import type { Logger } from "./logger.ts";
import { directPeer, TrustedProxies } from "./proxy.ts";

/** Options of `httpListener`. */
export interface HttpListenerOptions {
  /** The proxies whose `X-Forwarded-For`, `-Proto` and `-Host` are believed, as for `serve`. Default: none. */
  readonly trustProxy?: readonly string[] | undefined;
  /** Default: warnings and errors to the console. */
  readonly logger?: Logger | undefined;
}

const OPTIONS: OptionNames<HttpListenerOptions> = { trustProxy: true, logger: true };

/**
 * Makes a listener for `http` servers, which is one for `onRequest` of `serve` and for Express too, of a handler of the
 * web's `Request` and `Response`.
 *
 * Bodies are streamed in both directions, as fast as their reader is. When the client goes away, the request's `signal` is
 * aborted and the response's body cancelled. What the handler or the body of its response throws is logged, and answered
 * with 500, or cuts the connection when the head is out already; an `AbortError` cuts it without a word. A request whose Host or target is malformed is answered with 400.
 *
 * @throws TypeError for an option that there is not, or that makes no sense.
 *
 * @example
 * ```ts
 * const listener = httpListener(async (request, peer) => new Response(`hello ${peer.address}`));
 * await serve(handler, { port: 8000, onRequest: listener });
 * ```
 */
export function httpListener(
  handler: HttpHandler,
  options: HttpListenerOptions = {},
): (request: IncomingMessage, response: ServerResponse) => void {
  checkOptions("httpListener", options, OPTIONS);
  const { logger = defaultLogger } = options;
  const proxies = new TrustedProxies(options.trustProxy);
  return (incoming, outgoing) => {
    const exchange = new Exchange(incoming, outgoing, logger);
    const headers = new HttpHeaders(incoming.rawHeaders);
    const peer = proxies.resolve(directPeer(incoming.socket, headers), headers);
    const request = readRequest(incoming, headers, peer, exchange.body, exchange.signal);
    if (request) void exchange.run(() => handler(request, { address: peer.address }));
    else void exchange.run(async () => new Response(null, { status: 400 }));
  };
}

/** One request and its response. */
class Exchange {
  readonly body: RequestBody;
  readonly #outgoing: ServerResponse;
  readonly #logger: Logger;
  readonly #gone = new AbortController();

  constructor(incoming: IncomingMessage, outgoing: ServerResponse, logger: Logger) {
    this.body = new RequestBody(incoming);
    this.#outgoing = outgoing;
    this.#logger = logger;
    // What becomes of the socket shows in "close", and without a listener it would end the process.
    incoming.on("error", () => {});
    outgoing.on("error", () => {});
    const gone = (): void => {
      if (!outgoing.writableFinished) this.#gone.abort(new Error("the client has gone"));
    };
    outgoing.once("close", gone);
    // One that waits behind others of its connection is not told by Node.
    if (!outgoing.socket) outgoing.once("close", whenClosed(incoming.socket, gone));
  }

  /** Aborted when the client goes away before it has the whole response. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** Never rejects. */
  async run(handle: () => Promise<Response>): Promise<void> {
    let body: Response["body"] | undefined;
    try {
      const response = await handle();
      // (It may be no response at all.)
      body = response?.body;
      const reply = new Reply(this.#outgoing, this.signal);
      reply.begin(response);
      await reply.write(body);
      if (!this.signal.aborted) this.#end();
    } catch (error) {
      body?.cancel().catch(() => {});
      // Who listens to the signal may well throw what it says.
      if (!this.signal.aborted) this.#fail(error);
    }
  }

  /** The handler failed, or what it returned can't be sent, or its body broke off. */
  #fail(error: unknown): void {
    const outgoing = this.#outgoing;
    // A body that was aborted was so on purpose: there is nothing to complain about.
    const isCut = outgoing.headersSent && error instanceof Error && error.name === "AbortError";
    if (!isCut) this.#logger.error("the handler of a request failed", error);
    if (outgoing.headersSent) {
      outgoing.destroy();
      return;
    }
    for (const name of outgoing.getHeaderNames()) outgoing.removeHeader(name);
    outgoing.statusCode = 500;
    outgoing.statusMessage = "";
    outgoing.strictContentLength = false;
    this.#end();
  }

  /** Throws when the body is shorter than its length says. */
  #end(): void {
    this.body.discard();
    this.#outgoing.end();
  }
}
