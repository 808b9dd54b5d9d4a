/**
 * WAMP over plain HTTP: programs that can't hold a connection, such as synchronous backends, call and publish by POST.
 *
 * There are no headers for pages of other origins: keys are for backends, and don't belong into browsers.
 *
 * @module
 */

import { systemClock } from "../../../util/clock.ts";
import type { Clock } from "../../../util/clock.ts";
import type { HttpHandler } from "../../../http/handler.ts";
import { readBody } from "../../../http/read-body.ts";
import { checkOptions } from "../../../util/option-names.ts";
import { positive } from "../../../util/positive.ts";
import type { OptionNames } from "../../../util/option-names.ts";
import * as ErrorUri from "../../protocol/error-uri.ts";
import { WampError } from "../../protocol/errors.ts";
import { json } from "../../protocol/json.ts";
import type { Logger } from "../options.ts";
import { BridgeClients } from "./bridge-clients.ts";
import type { BridgeClient, BridgePrincipal } from "./bridge-clients.ts";
import { BridgeError, invalid, statusOf } from "./bridge-error.ts";
import { OPERATIONS, parseBridgeRequest } from "./bridge-request.ts";
import type { BridgeRequest, Operation } from "./bridge-request.ts";
import { BridgeSessions } from "./bridge-sessions.ts";
import type { BridgeRouter } from "./bridge-sessions.ts";
import { within } from "./within.ts";

/** How to serve the bridge. Sizes are bytes, durations milliseconds. */
export interface HttpBridgeOptions {
  /** Who may use it, and as whom; at least one. */
  readonly clients: readonly BridgeClient[];
  /** Where it is: at `<path>/call` and `<path>/publish`. Default: `/wamp`. */
  readonly path?: string | undefined;
  /** How large a request may be. Default: 1048576. */
  readonly maxBody?: number | undefined;
  /** How long the body of a request may take to come. Default: 30000. */
  readonly bodyTimeout?: number | undefined;
  /** How long the router may take before a call is canceled; `options.timeout` of a request can only shorten that. Default: 60000. */
  readonly callTimeout?: number | undefined;
  /** How far the clock of whoever signs may be from ours, the way included. Default: 300000. */
  readonly tolerance?: number | undefined;
  /** Default: errors to the console. Keys, secrets and data are never logged. */
  readonly logger?: Pick<Logger, "error"> | undefined;
  readonly clock?: Clock | undefined;
}

const OPTION_NAMES: OptionNames<HttpBridgeOptions> = {
  clients: true,
  path: true,
  maxBody: true,
  bodyTimeout: true,
  callTimeout: true,
  tolerance: true,
  logger: true,
  clock: true,
};

declare const console: Pick<Logger, "error">;

/** The status of a request whose client went away; nobody reads it. */
const CLIENT_GONE = 499;

/**
 * Makes a handler that calls and publishes for whoever shows a key, or signs. Serve it over TLS, or where only backends reach
 * it.
 *
 * `POST <path>/call` with `{procedure, args, kwargs, options}` is answered with `{args, kwargs}`, and `POST <path>/publish` with
 * `{topic, args, kwargs, options}` with `{publication}`; all but the URI may be left out. Errors are `{error, args, kwargs}`, `error` being a URI, with a status
 * of their own: 403 for what the realm's authorizer refuses, 404 for a procedure that is not there, 422 for an application's
 * own errors, 504 when it took too long. A client that goes away cancels its call.
 *
 * @throws TypeError or RangeError for options that make no sense.
 *
 * @example
 * ```ts
 * const bridge = createHttpBridge(router, {
 *   clients: [{ key: process.env.API_KEY ?? "", realm: "realm1", authid: "shop", authrole: "backend" }],
 * });
 * await serve(router.handler, { subprotocols: router.subprotocols, onRequest: httpListener(bridge) });
 * ```
 */
export function createHttpBridge(router: BridgeRouter, options: HttpBridgeOptions): HttpHandler {
  const bridge = new Bridge(router, options);
  return (request) => bridge.answer(request);
}

class Bridge {
  readonly #sessions: BridgeSessions;
  readonly #clients: BridgeClients;
  readonly #path: string;
  readonly #maxBody: number;
  readonly #bodyTimeout: number;
  readonly #callTimeout: number;
  readonly #logger: Pick<Logger, "error">;
  readonly #clock: Clock;

  constructor(router: BridgeRouter, options: HttpBridgeOptions) {
    checkOptions("createHttpBridge", options, OPTION_NAMES);
    const { clients, path = "/wamp", maxBody = 1024 * 1024, tolerance = 300_000 } = options;
    const { bodyTimeout = 30_000, callTimeout = 60_000 } = options;
    if (!Array.isArray(clients) || clients.length === 0) {
      throw new TypeError("clients has to be a list of at least one");
    }
    if (!/^\/.*[^/]$/.test(path)) throw new TypeError("path has to begin with / and end without");
    const numbers = { maxBody, tolerance, bodyTimeout, callTimeout };
    for (const [name, value] of Object.entries(numbers)) positive(name, value);
    this.#sessions = new BridgeSessions(router);
    this.#clients = new BridgeClients(clients, tolerance);
    this.#path = path;
    this.#maxBody = maxBody;
    this.#bodyTimeout = bodyTimeout;
    this.#callTimeout = callTimeout;
    this.#logger = options.logger ?? console;
    this.#clock = options.clock ?? systemClock;
  }

  /** Never rejects. */
  async answer(request: Request): Promise<Response> {
    try {
      return respond(200, await this.#answer(request));
    } catch (error) {
      if (request.signal.aborted) return new Response(null, { status: CLIENT_GONE });
      return this.#refuse(error);
    }
  }

  #refuse(cause: unknown): Response {
    let error = cause;
    try {
      if (error instanceof BridgeError) {
        const { status, uri, message, headers } = error;
        return respond(status, { error: uri, args: [message], kwargs: {} }, headers);
      }
      if (error instanceof WampError) {
        const { uri, args, kwargs } = error;
        return respond(statusOf(error), { error: uri, args, kwargs });
      }
    } catch (unencodable) {
      // (What a callee's error has may be nothing that JSON can say.)
      error = unencodable;
    }
    this.#logger.error("a request of the WAMP bridge failed:", error);
    return respond(500, { error: ErrorUri.RuntimeError, args: [], kwargs: {} });
  }

  async #answer(request: Request): Promise<object> {
    const { headers } = request;
    const operation = this.#operationOf(request);
    // (Who has no key is not to make us read.)
    const known = this.#clients.isSigned(headers) ? undefined : await this.#clients.byKey(headers);
    if (request.method !== "POST") {
      throw new BridgeError(405, ErrorUri.InvalidArgument, "use POST", { Allow: "POST" });
    }
    const body = await this.#read(request);
    const principal = known ?? (await this.#clients.bySignature(headers, operation, body));
    const parsed = parseBridgeRequest(operation, body);
    // (0 means no timeout of its own.)
    const timeout = Math.min(parsed.options.timeout || Infinity, this.#callTimeout);
    const bounds = { clock: this.#clock, timeout, gone: request.signal };
    return within(bounds, (signal) => this.#run(operation, principal, parsed, signal));
  }

  async #run(
    operation: Operation,
    principal: BridgePrincipal,
    request: BridgeRequest,
    signal: AbortSignal,
  ): Promise<object> {
    if (operation === "publish") {
      return { publication: await this.#sessions.publish(principal, request) };
    }
    const { args, kwargs } = await this.#sessions.call(principal, request, signal);
    return { args, kwargs };
  }

  #operationOf({ url }: Request): Operation {
    const { pathname } = new URL(url);
    const operation = OPERATIONS.find((name) => pathname === `${this.#path}/${name}`);
    if (operation) return operation;
    throw new BridgeError(
      404,
      ErrorUri.InvalidArgument,
      `use ${this.#path}/call or ${this.#path}/publish`,
    );
  }

  async #read(request: Request): Promise<string> {
    const limits = { maxBytes: this.#maxBody, timeout: this.#bodyTimeout, clock: this.#clock };
    const body = await readBody(request, limits);
    if (body === 413) {
      const message = `the body is larger than ${this.#maxBody} bytes`;
      throw new BridgeError(413, ErrorUri.PayloadSizeExceeded, message);
    }
    if (body === 408) throw new BridgeError(408, ErrorUri.Timeout, "the body took too long");
    if (body === 400) throw invalid("the body did not come to its end");
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(body);
    } catch {
      throw invalid("the body has to be UTF-8");
    }
  }
}

function respond(
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Response {
  // (Bytes and large integers are written as in messages.)
  return new Response(String(json.encode([body])).slice(1, -1), {
    status,
    headers: { "Content-Type": "application/json", "Cache-Control": "no-store", ...headers },
  });
}
