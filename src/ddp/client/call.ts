/**
 * A call of a method, from its stub to its result and its data.
 *
 * @module
 */

import { Deferred } from "../../util/deferred.ts";
import { quiet } from "../../util/quiet.ts";
import type { CallOptions, MethodCall } from "./types.ts";

/** How a method ended. */
export interface Outcome {
  readonly result?: unknown;
  readonly error?: unknown;
}

/** What a call is, before anything has happened. */
export interface CallInit {
  readonly id: string;
  readonly method: string;
  readonly options: CallOptions;
  /** The message, as long as the stub has drawn nothing. */
  readonly text: string;
}

export class Call implements MethodCall {
  readonly id: string;
  readonly method: string;
  readonly options: CallOptions;
  readonly #done = new Deferred<unknown>();
  readonly #result = new Deferred<unknown>();
  readonly #simulated = new Deferred<unknown>();
  /** The message. */
  text: string;
  /** Whether it has been sent on this connection, or was answered before. */
  isSent = false;
  /** Whether it has been sent on any. */
  wasSent = false;
  /** Whether the data that it has written has come. */
  isUpdated = false;
  /** Whether that is visible here. */
  isVisible = false;
  /** Whether it was lost with its connection, and isn't to be sent again. */
  isUnretried = false;
  outcome: Outcome | undefined;

  constructor({ id, method, options, text }: CallInit) {
    this.id = id;
    this.method = method;
    this.options = options;
    this.text = text;
    // (Who awaits them sees their errors.)
    for (const promise of [this.done, this.result, this.simulated]) void quiet(promise);
  }

  get done(): Promise<unknown> {
    return this.#done.promise;
  }

  get result(): Promise<unknown> {
    return this.#result.promise;
  }

  get simulated(): Promise<unknown> {
    return this.#simulated.promise;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- A call is awaited like a promise, though it has two more.
  then<A = unknown, B = never>(
    onResult?: ((result: unknown) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.done.then(onResult, onError);
  }

  catch<B = never>(onError?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<unknown> {
    return this.done.catch(onError);
  }

  finally(onEnd?: (() => void) | null): Promise<unknown> {
    return this.done.finally(onEnd);
  }

  get [Symbol.toStringTag](): string {
    return "MethodCall";
  }

  /** What the stub has returned, or thrown. */
  simulate({ result, error }: Outcome): void {
    settle(this.#simulated, { result, error });
  }

  /** What the stub has drawn from, the method is to draw from too. */
  seed(seed: string | undefined): void {
    if (seed === undefined) return;
    this.text = `${this.text.slice(0, -1)},"randomSeed":${JSON.stringify(seed)}}`;
  }

  /** The result has come, or never will. */
  receive(outcome: Outcome): void {
    this.outcome = outcome;
    settle(this.#result, outcome);
  }

  /** Nothing is missing any more. */
  finish(): void {
    settle(this.#done, this.outcome ?? {});
  }

  /** It won't be done. */
  fail(error: unknown): void {
    this.simulate({ error });
    if (!this.outcome) this.receive({ error });
    settle(this.#done, { error });
  }
}

function settle(deferred: Deferred<unknown>, outcome: Outcome): void {
  if (outcome.error === undefined) deferred.resolve(outcome.result);
  else deferred.reject(outcome.error);
}
