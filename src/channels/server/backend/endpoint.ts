/**
 * An address of the backend that is asked: never by too many at once, never for too long, and not while it is down.
 *
 * @module
 */

import { TimeoutError } from "../../../errors.ts";
import type { Clock } from "../../../util/clock.ts";
import { isJson } from "../../protocol/json-text.ts";
import { Params } from "../params.ts";
import type { Logger } from "../session-server.ts";
import { Breaker } from "./breaker.ts";
import { Gate } from "./gate.ts";
import { BackendError, post } from "./post.ts";
import type { Fetch } from "./post.ts";

export interface EndpointOptions {
  /** What it is called in logs. */
  readonly name: string;
  readonly url: string;
  readonly timeout: number;
  readonly concurrency: number;
  readonly maxWaiting: number;
  readonly maxResponse: number;
  readonly breaker: { readonly failures: number; readonly retryAfter: number };
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What has become of the questions so far. */
export interface EndpointStats {
  /** Requests that were sent. */
  requests: number;
  /** Of those, the ones without an answer that can be used. */
  failures: number;
  /** What was not even sent, because too much waited already or the backend was left alone. */
  refused: number;
}

export class Endpoint {
  readonly stats: EndpointStats = { requests: 0, failures: 0, refused: 0 };
  readonly #options: EndpointOptions;
  readonly #gate: Gate;
  readonly #breaker: Breaker;
  readonly #asking = new Set<AbortController>();
  #isStopped = false;

  constructor(options: EndpointOptions) {
    const { name, clock, concurrency, maxWaiting, breaker, logger } = options;
    this.#options = options;
    this.#gate = new Gate(concurrency, maxWaiting);
    this.#breaker = new Breaker(clock, breaker, (change) => {
      if (change === "closed") logger.warn(`the backend of the ${name} hook answers again`);
      else
        logger.error(`the backend of the ${name} hook is left alone for ${breaker.retryAfter} ms`);
    });
  }

  /** The answer, parsed. The timeout counts from here. */
  async ask(body: string, headers: ReadonlyMap<string, string>): Promise<Params> {
    if (this.#isStopped || this.#breaker.isOpen) {
      this.stats.refused++;
      throw leftAlone();
    }
    const { clock, timeout } = this.#options;
    const controller = new AbortController();
    const timer = clock.setTimeout(
      () => controller.abort(new TimeoutError("the backend's answer", timeout)),
      timeout,
    );
    this.#asking.add(controller);
    try {
      return await this.#gate.run(controller.signal, () => {
        return this.#attempt(body, headers, controller.signal);
      });
    } catch (error) {
      if (error instanceof BackendError && error.kind === "refused") this.stats.refused++;
      throw error;
    } finally {
      clock.clearTimeout(timer);
      this.#asking.delete(controller);
    }
  }

  /** Whoever still waits for an answer gets none. */
  stop(): void {
    this.#isStopped = true;
    for (const controller of this.#asking) {
      controller.abort(new BackendError("the hooks were closed", "refused"));
    }
  }

  async #attempt(
    body: string,
    headers: ReadonlyMap<string, string>,
    signal: AbortSignal,
  ): Promise<Params> {
    if (!this.#breaker.tryEnter()) throw leftAlone();
    this.stats.requests++;
    try {
      const answer = await this.#fetch(body, headers, signal);
      this.#breaker.left(false);
      return answer;
    } catch (error) {
      this.stats.failures++;
      this.#breaker.left(!(error instanceof BackendError) || error.kind === "outage");
      throw error;
    }
  }

  async #fetch(
    body: string,
    headers: ReadonlyMap<string, string>,
    signal: AbortSignal,
  ): Promise<Params> {
    const { url, maxResponse, fetch } = this.#options;
    const response = await post({ url, body, headers, maxResponse, signal, fetch });
    const { status, body: text } = response;
    if (status < 200 || status > 299) {
      // (A client can bring about some of the others, and must not cut off all the rest by it.)
      throw new BackendError(
        `the backend answered with status ${status}`,
        status < 500 ? "answer" : "outage",
      );
    }
    if (text === undefined) throw new BackendError("the answer is too long", "answer");
    return parse(text);
  }
}

function leftAlone(): BackendError {
  return new BackendError("the backend is left alone", "refused");
}

function parse(text: string): Params {
  const answer = Params.parse(text);
  if (answer) return answer;
  if (isJson(text)) throw new BackendError("in the answer, there is no object", "answer");
  throw new BackendError("the answer is no JSON", "outage");
}
