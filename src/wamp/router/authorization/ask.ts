/**
 * Authorization that the application decides about, one request at a time.
 *
 * @module
 */

import { TimeoutError } from "../../../errors.ts";
import { systemClock } from "../../../util/clock.ts";
import type { Clock } from "../../../util/clock.ts";
import { Deferred } from "../../../util/deferred.ts";
import { checkOptions } from "../../../util/option-names.ts";
import type { Uri } from "../../protocol/messages.ts";
import type { Caller } from "../authentication/by-procedure.ts";
import type { AuthorizationRequest, Authorizer, Decision } from "./authorizer.ts";
import { DecisionCache } from "./decision-cache.ts";

/** `cache`: the same request of the same session needn't be asked about again. Default: it is. */
export interface Answer extends Decision {
  readonly cache?: boolean | undefined;
}

export type Decide = (
  request: AuthorizationRequest,
) => boolean | Answer | Promise<boolean | Answer>;

/** Durations are milliseconds. */
export interface AskOptions {
  /** How long an answer may take before the request fails with `wamp.error.authorization_failed`. Default: 10000. */
  readonly timeout?: number | undefined;
  /** How many decisions are remembered; the oldest are forgotten. Default: 10000. */
  readonly maxCached?: number | undefined;
  readonly clock?: Clock | undefined;
}

const NAMES = { timeout: true, maxCached: true, clock: true } as const;
const OPEN: Decision = { allow: true };
const CLOSED: Decision = { allow: false };

/**
 * Asks a function.
 *
 * @example
 * ```ts
 * const authorizer = askFunction(({ action, uri, principal }) => isAllowed(principal.authid, action, uri));
 * ```
 */
export function askFunction(decide: Decide, options: AskOptions = {}): Authorizer {
  checkOptions("askFunction", options, NAMES);
  return new Asking(decide, options);
}

export interface AskProcedureOptions extends AskOptions {
  /** The role of those who may do anything unasked: the asking session, and whoever registers the procedure. Default: `trusted`, as of `router.session`. */
  readonly trusted?: string | undefined;
}

/**
 * Asks a procedure, wherever it is registered, with details of the session, the URI, the action (`call`, `register`, `publish`
 * or `subscribe`) and `{ match }`. It returns a boolean, or `{ allow, disclose?, trustlevel?, cache? }`.
 *
 * `session` is called for each request, since it is made after the router.
 *
 * @example
 * ```ts
 * const authorizer = askProcedure(() => backend, "com.example.authorize");
 * const router = createRouter({ realms: { realm1: { authenticators, authorizer } } });
 * const backend = router.session("realm1");
 * ```
 */
export function askProcedure(
  session: () => Caller | Promise<Caller>,
  procedure: Uri,
  options: AskProcedureOptions = {},
): Authorizer {
  checkOptions("askProcedure", options, { ...NAMES, trusted: true });
  const { trusted = "trusted" } = options;
  const ask = async ({ action, uri, match, ...who }: AuthorizationRequest): Promise<Answer> => {
    const { authid, authrole, authmethod, authprovider } = who.principal;
    const details = { session: who.session, authid, authrole, authmethod, authprovider };
    const caller = await session();
    return readAnswer(await caller.call(procedure, [details, uri, action, { match }]));
  };
  // (Who asks must not be asked about: that would never end.)
  return new Asking((request) => request.principal.authrole === trusted || ask(request), options);
}

class Asking implements Authorizer {
  readonly #decide: Decide;
  readonly #timeout: number;
  readonly #clock: Clock;
  readonly #cache: DecisionCache;
  /** The sessions that wait for an answer, and are still there. */
  readonly #waiting = new Set<number>();

  constructor(decide: Decide, options: AskOptions) {
    const { timeout = 10_000, maxCached = 10_000, clock = systemClock } = options;
    this.#decide = decide;
    this.#timeout = timeout;
    this.#clock = clock;
    this.#cache = new DecisionCache(maxCached);
  }

  authorize(request: AuthorizationRequest): Decision | Promise<Decision> {
    const known = this.#cache.get(request);
    if (known) return known;
    const answer = this.#decide(request);
    if (!(answer instanceof Promise)) return this.#take(request, answer);
    this.#waiting.add(request.session);
    return this.#inTime(answer).then((given) => this.#takeLate(request, given));
  }

  leave(session: number): void {
    this.#waiting.delete(session);
    this.#cache.forget(session);
  }

  /** Nothing is remembered for a session that has gone meanwhile. */
  #takeLate(request: AuthorizationRequest, given: boolean | Answer): Decision {
    return this.#waiting.delete(request.session) ? this.#take(request, given) : readAnswer(given);
  }

  #take(request: AuthorizationRequest, given: boolean | Answer): Decision {
    const answer = readAnswer(given);
    if (answer.cache === true) this.#cache.set(request, answer);
    return answer;
  }

  /** The answer, or an error when it takes too long. */
  #inTime<T>(answer: Promise<T>): Promise<T> {
    const first = new Deferred<T>();
    const timer = this.#clock.setTimeout(() => {
      first.reject(new TimeoutError("an authorizer", this.#timeout));
    }, this.#timeout);
    answer.then(first.resolve, (error: unknown) => first.reject(error));
    return first.promise.finally(() => this.#clock.clearTimeout(timer));
  }
}

/** @throws TypeError for what is no answer: an application's mistake must not open anything. */
function readAnswer(given: unknown): Answer {
  if (given === true) return OPEN;
  if (given === false) return CLOSED;
  const { allow, disclose, trustlevel, cache } = (given ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof allow !== "boolean")
    throw new TypeError("an authorizer answers with a boolean, or { allow }");
  return {
    allow,
    disclose: typeof disclose === "boolean" ? disclose : undefined,
    trustlevel: typeof trustlevel === "number" ? trustlevel : undefined,
    cache: cache === true,
  };
}
