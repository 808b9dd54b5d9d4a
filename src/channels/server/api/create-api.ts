/**
 * The server API over HTTP: what backends that are no part of this process ask of the channels.
 *
 * It is the one of Centrifugo, so that its SDKs work with it. There are no headers for pages of other origins: keys are
 * for backends, and don't belong into browsers.
 *
 * @module
 */

import { isApiKey, readApiKey } from "../../../http/api-key.ts";
import type { HttpHandler } from "../../../http/handler.ts";
import { checkOptions } from "../../../util/option-names.ts";
import type { OptionNames } from "../../../util/option-names.ts";
import { SecretSet } from "../../../util/secret-set.ts";
import { ErrorCode } from "../../protocol/codes.ts";
import type { Channels } from "../channels.ts";
import { ChannelError } from "../errors.ts";
import type { Logger } from "../session-server.ts";
import { readBody } from "./body.ts";
import { Caller, keyOf } from "./caller.ts";
import { HttpError } from "./http-error.ts";
import { apiMethods } from "./methods.ts";
import { Params } from "../params.ts";
import { toText } from "./raw-text.ts";
import type { Answer } from "./raw-text.ts";

/** How to serve the API. Sizes are bytes. */
export interface ApiOptions {
  /** Each lets in whoever knows it; there are several while they are being changed. Take at least 32 random bytes. */
  readonly keys: readonly string[];
  /** Where it is: methods are at `<path>/<method>`. Default: `/api`. */
  readonly path?: string | undefined;
  /** How large a request may be. Default: 1048576. */
  readonly maxBody?: number | undefined;
  /** Default: warnings and errors to the console. Keys are never logged. */
  readonly logger?: Logger | undefined;
}

const OPTIONS: OptionNames<ApiOptions> = { keys: true, path: true, maxBody: true, logger: true };

/** The status of errors for clients that ask for it. */
const STATUS: Readonly<Record<number, number>> = {
  [ErrorCode.UnknownChannel]: 404,
  [ErrorCode.PermissionDenied]: 403,
  [ErrorCode.MethodNotFound]: 404,
  [ErrorCode.BadRequest]: 400,
  [ErrorCode.NotAvailable]: 400,
  [ErrorCode.TooManyRequests]: 429,
  [ErrorCode.UnrecoverablePosition]: 416,
  [ErrorCode.Conflict]: 409,
};

/**
 * Makes a handler of the server API. Serve it over TLS, or where only backends reach it.
 *
 * A request shows its key as `X-API-Key`, or as `Authorization: apikey …` (or `Bearer`). It is answered with 200 and
 * `{result}` or `{error: {code, message}}`; with `X-Centrifugo-Error-Mode: transport` errors have a status of their own.
 *
 * @throws TypeError or RangeError for options that make no sense.
 *
 * @example
 * ```ts
 * const api = createApi(channels, { keys: [process.env.API_KEY ?? ""] });
 * const request = new Request("http://localhost/api/publish", {
 *   method: "POST",
 *   headers: { "X-API-Key": key },
 *   body: JSON.stringify({ channel: "news", data: { title: "Hello" } }),
 * });
 * const response = await api(request, { address: undefined });
 * ```
 */
export function createApi(channels: Channels, options: ApiOptions): HttpHandler {
  const api = new Api(channels, options);
  return (request) => api.answer(request);
}

class Api {
  readonly #keys: SecretSet;
  readonly #path: string;
  readonly #maxBody: number;
  readonly #logger: Logger;
  readonly #caller: Caller;

  constructor(channels: Channels, options: ApiOptions) {
    checkOptions("createApi", options, OPTIONS);
    const { keys, path = "/api", maxBody = 1024 * 1024, logger = console } = options;
    if (!Array.isArray(keys) || keys.length === 0 || keys.some((key) => !isApiKey(key))) {
      throw new TypeError("keys has to be a list of at least one key: printable ASCII, no spaces");
    }
    if (!/^\/.*[^/]$/.test(path)) throw new TypeError("path has to begin with / and end without");
    if (!(maxBody > 0)) throw new RangeError("maxBody has to be above 0");
    this.#keys = new SecretSet(keys);
    this.#path = path;
    this.#maxBody = maxBody;
    this.#logger = logger;
    this.#caller = new Caller(channels, logger);
  }

  /** Never rejects. */
  async answer(request: Request): Promise<Response> {
    try {
      return await this.#answer(request);
    } catch (error) {
      if (error instanceof ChannelError) return this.#error(request, error);
      if (error instanceof HttpError) {
        const { status, code, message, headers } = error;
        return respond(toText({ error: { code, message } }), status, headers);
      }
      this.#logger.error("a request of the server API failed", error);
      return this.#error(request, new ChannelError(ErrorCode.Internal));
    }
  }

  async #answer(request: Request): Promise<Response> {
    await this.#authenticate(request.headers);
    const method = this.#methodOf(request);
    if (request.method !== "POST") {
      throw new HttpError(405, ErrorCode.BadRequest, "use POST", { Allow: "POST" });
    }
    const body = await readBody(request, this.#maxBody);
    const key = request.headers.get("idempotency-key") || undefined;
    if (method === "") return respond(await this.#pipeline(body, key), 200);
    const params = body.trim() === "" ? Params.none : parse(body);
    if (method === "batch") return respond(toText(await this.#caller.batch(params, key)), 200);
    const result = await this.#caller.call({ method, params, idempotencyKey: key });
    return respond(toText({ result }), 200);
  }

  /** A key in the address would be in every log on its way: it is not looked for there. */
  async #authenticate(headers: Headers): Promise<void> {
    const key = readApiKey(headers);
    if (key !== undefined && (await this.#keys.has(key))) return;
    throw new HttpError(401, ErrorCode.Unauthorized, "unauthorized", {
      "WWW-Authenticate": "apikey",
    });
  }

  /** `""` for the older form of requests, which name their methods in the body. */
  #methodOf({ url }: Request): string {
    const { pathname } = new URL(url);
    if (pathname === this.#path || pathname === `${this.#path}/`) return "";
    const method = pathname.startsWith(`${this.#path}/`)
      ? pathname.slice(this.#path.length + 1)
      : "";
    if (method === "batch" || apiMethods.has(method)) return method;
    throw new HttpError(404, ErrorCode.MethodNotFound, "method not found");
  }

  /** Calls in lines, done one after the other. All are read before the first one is done. */
  async #pipeline(body: string, idempotencyKey: string | undefined): Promise<string> {
    const whole = Params.parse(body);
    const lines = body.split("\n").filter((line) => line.trim() !== "");
    const commands = whole ? [whole] : lines.map(parse);
    if (commands.length === 0) throw malformed();
    const replies: Answer[] = [];
    for (const [index, command] of commands.entries()) {
      replies.push(await this.#caller.line(command, keyOf(idempotencyKey, index)));
    }
    return replies.map(toText).join("\n");
  }

  #error(request: Request, { errorCode: code, message }: ChannelError): Response {
    if (request.headers.get("x-centrifugo-error-mode") === "transport") {
      return respond(toText({ code, message }), STATUS[code] ?? 500);
    }
    return respond(toText({ error: { code, message } }), 200);
  }
}

function parse(text: string): Params {
  const params = Params.parse(text);
  if (!params) throw malformed();
  return params;
}

function malformed(): HttpError {
  return new HttpError(400, ErrorCode.BadRequest, "the body has to be an object in JSON");
}

function respond(text: string, status: number, headers: Readonly<Record<string, string>> = {}) {
  return new Response(text, {
    status,
    headers: { "Content-Type": "application/json", "Cache-Control": "no-store", ...headers },
  });
}
