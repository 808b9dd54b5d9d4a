/**
 * One call as the callee has it: from the first message for it to the answer.
 *
 * @module
 */

import { LimitError } from "../../errors.ts";
import { quiet } from "../../util/quiet.ts";
import * as ErrorUri from "../protocol/error-uri.ts";
import { WampError } from "../protocol/errors.ts";
import type { Link } from "../protocol/link.ts";
import * as MessageType from "../protocol/message-type.ts";
import { payload } from "../protocol/messages.ts";
import type {
  Dict,
  Id,
  Invocation as InvocationMessage,
  InvocationDetails,
  List,
  Message,
  Payload,
} from "../protocol/messages.ts";
import { Queue } from "./queue.ts";
import { WampResult } from "./result.ts";
import type { Data, Invocation } from "./types.ts";
import { unexpected } from "./unexpected.ts";

/** Serves calls; what it is of, and what it throws, is known to the one who registered it. */
export interface Procedure {
  readonly uri: string;
  readonly handler: (invocation: Invocation) => unknown;
  /** How many chunks may wait; `undefined` refuses calls in chunks. */
  readonly maxChunks: number | undefined;
  /** It has thrown what the caller isn't told. */
  report(error: unknown): void;
}

/** What it needs of its session. */
export interface InvocationHost {
  readonly link: Link;
  /** It has been answered. `cutShort`: there may be more chunks to come. */
  over(id: Id, cutShort: boolean): void;
}

export class RunningInvocation implements Invocation {
  readonly args: List;
  readonly kwargs: Dict;
  readonly details: InvocationDetails;
  readonly #id: Id;
  readonly #host: InvocationHost;
  readonly #procedure: Procedure;
  #isOver = false;
  /** Its last chunk has come. */
  #isComplete = false;
  /** Why nobody waits for the result any more. */
  #aborted: { readonly reason: unknown } | undefined;
  #abort: AbortController | undefined;
  #chunks: Queue<Data> | undefined;

  constructor(host: InvocationHost, procedure: Procedure, message: InvocationMessage) {
    const [, id, , details, args = [], kwargs = {}] = message;
    this.args = args;
    this.kwargs = kwargs;
    this.details = details;
    this.#id = id;
    this.#host = host;
    this.#procedure = procedure;
    if (details.progress === true && procedure.maxChunks !== undefined) {
      this.#chunks = new Queue(procedure.maxChunks);
      this.#chunks.push({ args, kwargs });
    }
  }

  // ---- to the handler

  get procedure(): string {
    return this.details.procedure ?? this.#procedure.uri;
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      this.#abort = new AbortController();
      if (this.#aborted) this.#abort.abort(this.#aborted.reason);
    }
    return this.#abort.signal;
  }

  get chunks(): AsyncIterable<Data> {
    const { args, kwargs } = this;
    const chunks = this.#chunks;
    if (!chunks) return only({ args, kwargs });
    return { [Symbol.asyncIterator]: () => ({ next: () => chunks.next() }) };
  }

  get progress(): (value: unknown) => Promise<void> | undefined {
    return (value) => this.#sendProgress(value);
  }

  // ---- to the session

  run(): void {
    if (this.details.progress === true && !this.#chunks) {
      return this.#refuse(
        new WampError(ErrorUri.FeatureNotSupported, ["takes no calls in chunks"]),
      );
    }
    try {
      const returned = this.#procedure.handler(this);
      if (isIterable(returned)) void this.#drain(returned[Symbol.asyncIterator]());
      else if (isThenable(returned)) void this.#settle(returned);
      else this.#answer(returned);
    } catch (error) {
      this.#refuse(error);
    }
    return undefined;
  }

  /** @throws Violation if it has no more parts. */
  more([, , , details, args = [], kwargs = {}]: InvocationMessage): void {
    const chunks = this.#chunks;
    if (!chunks || this.#isComplete) return unexpected(MessageType.Invocation);
    if (!chunks.push({ args, kwargs })) {
      const limit = this.#procedure.maxChunks ?? 0;
      const error = new LimitError("too many chunks wait to be read", limit, 1008);
      this.#procedure.report(error);
      this.#refuse(new WampError(ErrorUri.PayloadSizeExceeded, [error.message]));
      this.abort(error);
    } else if (details.progress !== true) {
      this.#isComplete = true;
      chunks.end(undefined);
    }
  }

  /** Nobody waits for the result any more. */
  abort(reason: unknown): void {
    this.#aborted ??= { reason };
    this.#chunks?.fail(reason);
    this.#abort?.abort(reason);
  }

  /** The session is over: nothing is sent any more. */
  end(reason: unknown): void {
    this.#isOver = true;
    this.abort(reason);
  }

  async #settle(returned: PromiseLike<unknown>): Promise<void> {
    try {
      this.#answer(await returned);
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** Each value is progress; what is returned is the result. */
  async #drain(iterator: AsyncIterator<unknown>): Promise<void> {
    try {
      for (;;) {
        const { done, value }: IteratorResult<unknown> = await iterator.next();
        if (done === true) return this.#answer(value);
        if (this.#aborted) {
          await iterator.return?.();
          throw this.#aborted.reason;
        }
        await this.#sendProgress(value);
      }
    } catch (error) {
      this.#refuse(error);
    }
  }

  #sendProgress(value: unknown): Promise<void> | undefined {
    if (this.details.receive_progress !== true || this.#isOver || this.#aborted) return undefined;
    const sent = this.#host.link.send([
      MessageType.Yield,
      this.#id,
      { progress: true },
      ...toPayload(value),
    ]);
    return sent && quiet(sent);
  }

  #answer(value: unknown): void {
    if (this.#isOver) return;
    try {
      this.#send([MessageType.Yield, this.#id, {}, ...toPayload(value)]);
    } catch (error) {
      this.#refuse(error);
    }
  }

  #refuse(error: unknown): void {
    if (this.#isOver) {
      if (!this.#aborted) this.#procedure.report(error);
      return;
    }
    const answer = this.#toAnswer(error);
    try {
      this.#sendError(answer);
    } catch (cause) {
      // (An application's error with data that can't be encoded.)
      this.#procedure.report(cause);
      this.#sendError(new WampError(answer.uri));
    }
  }

  /** What the caller is told: nothing that the application hasn't made for it. */
  #toAnswer(error: unknown): WampError {
    if (error instanceof WampError) return error;
    if (this.#aborted) return new WampError(ErrorUri.Canceled);
    this.#procedure.report(error);
    return new WampError(ErrorUri.RuntimeError);
  }

  #sendError({ uri, args, kwargs }: WampError): void {
    this.#send([
      MessageType.Error,
      MessageType.Invocation,
      this.#id,
      {},
      uri,
      ...payload(args, kwargs),
    ]);
  }

  #send(answer: Message): void {
    void this.#host.link.send(answer);
    this.#isOver = true;
    this.#host.over(this.#id, this.details.progress === true && !this.#isComplete);
  }
}

function toPayload(value: unknown): Payload {
  if (value instanceof WampResult) return payload(value.args, value.kwargs);
  return value === undefined ? [] : [[value]];
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.asyncIterator in value;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value;
}

async function* only<T>(item: T): AsyncGenerator<T> {
  yield item;
}
