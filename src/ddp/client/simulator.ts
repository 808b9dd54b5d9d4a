/**
 * Running stubs, one after the other.
 *
 * @module
 */

import { Deque } from "../../util/deque.ts";
import { clone } from "../protocol/ejson/clone.ts";
import type { Call, Outcome } from "./call.ts";
import { Invocation } from "./invocation.ts";
import type { InvocationHost } from "./invocation.ts";
import type { Stub } from "./types.ts";

export class Simulator {
  readonly #host: InvocationHost;
  readonly #stubs = new Map<string, Stub>();
  /** What waits for a stub that has returned a promise. */
  readonly #waiting = new Deque<() => void>();
  /** Whether a stub runs. */
  #isBusy = false;
  /** Whether what has waited is being done. */
  #isGoingOn = false;
  /** The run whose code runs right now. */
  #current: Invocation | undefined;

  constructor(host: InvocationHost) {
    this.#host = host;
  }

  get current(): Invocation | undefined {
    return this.#current;
  }

  get(method: string): Stub | undefined {
    return this.#stubs.get(method);
  }

  define(stubs: Readonly<Record<string, Stub>>): void {
    for (const [name, stub] of Object.entries(stubs)) {
      if (typeof stub !== "function") throw new TypeError(`the stub of ${name} is no function`);
      if (this.#stubs.has(name)) throw new TypeError(`there is a stub of ${name} already`);
    }
    for (const [name, stub] of Object.entries(stubs)) this.#stubs.set(name, stub);
  }

  /** Does it now, or after the stubs that run or wait, so that nobody else writes among them. */
  whenIdle(action: () => void): void {
    if (this.#isBusy) this.#waiting.push(action);
    else action();
  }

  /** Runs the call's stub; `finished` is told its outcome, at once unless it returns a promise. Nothing else may run. */
  run(
    call: Call,
    stub: Stub,
    params: readonly unknown[],
    finished: (outcome: Outcome, seed: string | undefined) => void,
  ): void {
    const invocation = new Invocation({ name: call.method, call: call.id, host: this.#host });
    const end = (outcome: Outcome): void => {
      invocation.end();
      finished(outcome, invocation.seed);
    };
    this.#isBusy = true;
    const returned = this.#runNow(invocation, stub, params);
    if (!isPromise(returned.result)) {
      end(returned);
      return this.#goOn();
    }
    returned.result
      .then(
        (result): Outcome => ({ result }),
        (error: unknown): Outcome => ({ error: error ?? new Error("a stub was rejected") }),
      )
      .then((outcome) => {
        end(outcome);
        this.#goOn();
      });
    return undefined;
  }

  /** Runs a stub as a part of that run. */
  nested(
    parent: Invocation,
    method: string,
    params: readonly unknown[],
    stub: Stub | undefined,
  ): Outcome {
    const init = { name: method, call: parent.callId, host: this.#host };
    const invocation = new Invocation({ ...init, parent, seed: parent.seedFor(method) });
    return stub ? this.#runNow(invocation, stub, params) : {};
  }

  /** What observers do, though they are told by a stub's writes, is not what the stub does. */
  outside(run: () => void): void {
    const before = this.#current;
    this.#current = undefined;
    try {
      run();
    } finally {
      this.#current = before;
    }
  }

  #runNow(invocation: Invocation, stub: Stub, params: readonly unknown[]): Outcome {
    const before = this.#current;
    this.#current = invocation;
    try {
      return { result: stub(invocation, ...(clone(params) as never[])) };
    } catch (error) {
      return { error: error ?? new Error("a stub threw nothing") };
    } finally {
      this.#current = before;
    }
  }

  #goOn(): void {
    this.#isBusy = false;
    if (this.#isGoingOn) return;
    this.#isGoingOn = true;
    while (!this.#isBusy && this.#waiting.length > 0) this.#waiting.shift()?.();
    this.#isGoingOn = false;
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === "function";
}
