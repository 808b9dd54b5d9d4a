/**
 * A call with progressive results, to iterate over.
 *
 * @module
 */

import { LimitError } from "../../errors.ts";
import type { Clock } from "../../util/clock.ts";
import * as ErrorUri from "../protocol/error-uri.ts";
import { WampError } from "../protocol/errors.ts";
import type { Result } from "../protocol/messages.ts";
import { Call } from "./call.ts";
import type { CallInit } from "./call.ts";
import { Queue } from "./queue.ts";
import type { CallResult, ProgressiveCall } from "./types.ts";

/** A result as an application sees it. */
export function readResult([, , details, args = [], kwargs = {}]: Result): CallResult {
  return { value: args[0], args, kwargs, details };
}

export class ProgressiveResults implements ProgressiveCall {
  readonly result: Promise<CallResult>;
  readonly call: Call<CallResult>;
  readonly #queue: Queue<CallResult, CallResult>;

  constructor(clock: Clock, init: CallInit, limit = 1024) {
    const queue = new Queue<CallResult, CallResult>(limit);
    const progress = (result: Result): void => {
      if (queue.push(readResult(result))) return;
      const error = new LimitError("too many results wait to be read", limit, 1008);
      this.call.cancel(error, "killnowait");
    };
    this.#queue = queue;
    this.call = new Call(clock, { ...init, progress }, readResult);
    this.result = this.call.promise;
    this.result.then(
      (last) => queue.end(last),
      (error: unknown) => queue.fail(error),
    );
  }

  [Symbol.asyncIterator](): AsyncIterator<CallResult, CallResult> {
    return {
      next: () => this.#queue.next(),
      return: () => {
        this.call.cancel(new WampError(ErrorUri.Canceled), "killnowait");
        return Promise.resolve({ done: true, value: undefined as never });
      },
    };
  }
}
