/**
 * Hooks that a backend decides about over HTTP, in the form of Centrifugo's proxy protocol.
 *
 * @module
 */

import { systemClock } from "../../../util/clock.ts";
import type { Clock } from "../../../util/clock.ts";
import { checkOptions } from "../../../util/option-names.ts";
import type { OptionNames } from "../../../util/option-names.ts";
import { ErrorCode } from "../../protocol/codes.ts";
import { ChannelError, DisconnectError } from "../errors.ts";
import type { ClientFacts, Extension, Hooks } from "../hooks.ts";
import type { Params } from "../params.ts";
import type { Logger } from "../session-server.ts";
import { readAnswer, readExtension, readGrant, readIdentity, readPublishGrant } from "./answers.ts";
import { Endpoint } from "./endpoint.ts";
import type { EndpointStats } from "./endpoint.ts";
import { ForwardedHeaders } from "./forwarded-headers.ts";
import type { HeaderOptions } from "./forwarded-headers.ts";
import { BackendError, checkUrl, reasonOf } from "./post.ts";
import type { Fetch } from "./post.ts";
import {
  connectQuestion,
  publishQuestion,
  refreshQuestion,
  rpcQuestion,
  subscribeQuestion,
} from "./questions.ts";
import { SIGNATURE_HEADER, sign } from "../../../http/signature.ts";

/** How one hook asks the backend. Durations are milliseconds, sizes bytes. */
export interface HttpHookOptions {
  readonly url: string | URL;
  /** How long an answer may take, waiting for its turn included. Default: 1000. */
  readonly timeout?: number | undefined;
  /** How many requests may be under way. Default: 64. */
  readonly concurrency?: number | undefined;
  /** How many more may wait for their turn; beyond that they fail at once. Default: 1024. */
  readonly maxWaiting?: number | undefined;
  /**
   * What holds when the backend gives no answer that can be used. `closed`: the command is answered with error 100, which
   * is temporary, so that clients try again. `open`: as if there was no hook; a connection or a subscription that has
   * expired goes on for a minute, and then the backend is asked again. Default: `closed`. There is no `open` for `rpc`.
   */
  readonly fail?: "closed" | "open" | undefined;
  /** How many failures in a row (no answer in time, none at all, no JSON, or a status from 500 on) it takes to leave the backend alone. Default: 5. */
  readonly maxFailures?: number | undefined;
  /** For how long it is left alone, until one request tries it again. Default: 5000. */
  readonly retryAfter?: number | undefined;
}

export interface HttpRpcOptions extends Omit<HttpHookOptions, "fail"> {}

/** What is asked, and where: without an address a hook is not there. */
export interface HttpHooksOptions extends HeaderOptions {
  readonly connect?: string | HttpHookOptions | undefined;
  readonly refresh?: string | HttpHookOptions | undefined;
  readonly subscribe?: string | HttpHookOptions | undefined;
  readonly publish?: string | HttpHookOptions | undefined;
  readonly subRefresh?: string | HttpHookOptions | undefined;
  readonly rpc?: string | HttpRpcOptions | undefined;
  /** Sign each request with it, as events are: see `verifySignature`. Default: no signature. */
  readonly secret?: string | undefined;
  /** How long an answer may be. Default: 262144. */
  readonly maxResponse?: number | undefined;
  /** Default: the platform's. */
  readonly fetch?: Fetch | undefined;
  readonly clock?: Clock | undefined;
  /** Is told what goes wrong, never what was sent. Default: the console. */
  readonly logger?: Logger | undefined;
}

/** Hooks, and what they hold. */
export interface HttpHooks extends Hooks {
  /** Of all hooks together, since the beginning. */
  readonly stats: Readonly<EndpointStats>;
  /** Requests under way are given up, and nothing more is asked. Close the channels first. */
  close(): void;
}

type HookName = "connect" | "refresh" | "subscribe" | "publish" | "subRefresh" | "rpc";

const HOOK: OptionNames<HttpHookOptions> = {
  url: true,
  timeout: true,
  concurrency: true,
  maxWaiting: true,
  fail: true,
  maxFailures: true,
  retryAfter: true,
};

const OPTIONS: OptionNames<HttpHooksOptions> = {
  connect: HOOK,
  refresh: HOOK,
  subscribe: HOOK,
  publish: HOOK,
  subRefresh: HOOK,
  rpc: HOOK,
  headers: true,
  emulatedHeaders: true,
  staticHeaders: true,
  secret: true,
  maxResponse: true,
  fetch: true,
  clock: true,
  logger: true,
};

/** How much longer something may stay when the backend can't be asked, in seconds. */
const REPRIEVE = 60;

/**
 * Makes hooks that ask a backend: a POST for each question, with JSON that is the same as that of Centrifugo's proxies, so
 * that a backend which was written for these works. An answer without `result`, `error` and `disconnect` says nothing:
 * what tokens and namespaces allow holds.
 *
 * Only the header fields that are named are forwarded. Redirects are not followed.
 *
 * @throws TypeError or RangeError for options that make no sense.
 *
 * @example
 * ```ts
 * const hooks = httpHooks({
 *   connect: "http://127.0.0.1:3000/channels/connect",
 *   rpc: { url: "http://127.0.0.1:3000/channels/rpc", timeout: 5000 },
 *   headers: ["cookie"],
 *   staticHeaders: { "x-api-key": "…" },
 * });
 * const channels = createChannels({ hooks });
 * ```
 */
export function httpHooks(options: HttpHooksOptions): HttpHooks {
  checkOptions("httpHooks", options, OPTIONS);
  if (options.secret === "") throw new TypeError("httpHooks: the secret is empty");
  return new Backend(options).hooks();
}

class Backend {
  readonly #options: HttpHooksOptions;
  readonly #headers: ForwardedHeaders;
  readonly #logger: Logger;
  readonly #endpoints: Endpoint[] = [];

  constructor(options: HttpHooksOptions) {
    this.#options = options;
    this.#headers = new ForwardedHeaders(options);
    this.#logger = options.logger ?? console;
  }

  hooks(): HttpHooks {
    return {
      connect: this.#hook("connect", connectQuestion, readIdentity),
      refresh: this.#expiry("refresh", refreshQuestion),
      subscribe: this.#hook("subscribe", subscribeQuestion, readGrant),
      publish: this.#hook("publish", publishQuestion, readPublishGrant),
      subRefresh: this.#expiry("subRefresh", subscribeQuestion),
      rpc: this.#hook("rpc", rpcQuestion, (result) => result.data("data")),
      stats: this.#stats(),
      close: () => {
        for (const endpoint of this.#endpoints) endpoint.stop();
      },
    };
  }

  /** A hook that says nothing when the backend doesn't. */
  #hook<Event extends ClientFacts, Result>(
    name: HookName,
    ask: (event: Event) => string,
    read: (result: Params) => Result,
  ): ((event: Event) => Promise<Result | undefined>) | undefined {
    const given = this.#options[name];
    if (given === undefined) return undefined;
    const options: HttpHookOptions = typeof given === "string" ? { url: given } : given;
    checkPolicy(name, options);
    const endpoint = this.#endpoint(name, options);
    return async (event) => {
      try {
        const answer = await endpoint.ask(...(await this.#write(event, ask)));
        return readAnswer(answer, read);
      } catch (error) {
        return this.#failed(name, options, error);
      }
    };
  }

  /** A hook about what has expired: that goes on for a little while when the backend says nothing. */
  #expiry<Event extends ClientFacts>(
    name: "refresh" | "subRefresh",
    ask: (event: Event) => string,
  ): ((event: Event) => Promise<Extension | "expired">) | undefined {
    const hook = this.#hook(name, ask, readExtension);
    return (
      hook &&
      (async (event) =>
        (await hook(event)) ?? { expireAt: Math.floor(Date.now() / 1000) + REPRIEVE })
    );
  }

  #endpoint(name: HookName, options: HttpHookOptions): Endpoint {
    const { maxResponse = 262_144, clock = systemClock, fetch } = this.#options;
    const endpoint = new Endpoint({
      name,
      url: checkUrl(`the ${name} hook`, options.url),
      timeout: above0(name, "timeout", options.timeout ?? 1_000),
      concurrency: above0(name, "concurrency", options.concurrency ?? 64),
      maxWaiting: atLeast0(name, "maxWaiting", options.maxWaiting ?? 1_024),
      maxResponse: above0("httpHooks", "maxResponse", maxResponse),
      breaker: {
        failures: above0(name, "maxFailures", options.maxFailures ?? 5),
        retryAfter: above0(name, "retryAfter", options.retryAfter ?? 5_000),
      },
      fetch: fetch ?? ((url, init) => globalThis.fetch(url, init)),
      clock,
      logger: this.#logger,
    });
    this.#endpoints.push(endpoint);
    return endpoint;
  }

  async #write<Event extends ClientFacts>(
    event: Event,
    ask: (event: Event) => string,
  ): Promise<[body: string, headers: Map<string, string>]> {
    const { secret } = this.#options;
    const body = ask(event);
    const headers = this.#headers.of(event);
    if (secret !== undefined) headers.set(SIGNATURE_HEADER, await sign(secret, body));
    return [body, headers];
  }

  /** What the backend decided is thrown on; everything else is a matter of `fail`. */
  #failed(name: HookName, { fail = "closed" }: HttpHookOptions, error: unknown): undefined {
    if (error instanceof ChannelError || error instanceof DisconnectError) throw error;
    // (Of a backend that is down the log says once that it is left alone.)
    if (!(error instanceof BackendError && error.kind === "refused")) {
      this.#logger.warn(`the ${name} hook failed: ${reasonOf(error)}`);
    }
    if (fail === "open") return undefined;
    throw new ChannelError(ErrorCode.Internal, undefined, { temporary: true, cause: error });
  }

  #stats(): HttpHooks["stats"] {
    const endpoints = this.#endpoints;
    const sum = (name: keyof EndpointStats): number =>
      endpoints.reduce((total, { stats }) => total + stats[name], 0);
    return {
      get requests() {
        return sum("requests");
      },
      get failures() {
        return sum("failures");
      },
      get refused() {
        return sum("refused");
      },
    };
  }
}

/** There is nothing that an `rpc` could be answered with instead. */
function checkPolicy(name: HookName, { fail = "closed" }: HttpHookOptions): void {
  if (fail === "closed" || (fail === "open" && name !== "rpc")) return;
  throw new TypeError(`the ${name} hook can't fail ${JSON.stringify(fail)}`);
}

function atLeast0(owner: string, name: string, value: number): number {
  return value === 0 ? 0 : above0(owner, name, value);
}

function above0(owner: string, name: string, value: number): number {
  if (typeof value === "number" && value > 0) return value;
  throw new RangeError(`${name} of ${owner} has to be a number above 0`);
}
