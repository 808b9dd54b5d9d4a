/**
 * One call: its arguments (in chunks, perhaps), its results, and how it is canceled.
 *
 * @module
 */

import { FullduplexError } from "../../errors.ts";
import type { Clock } from "../../util/clock.ts";
import * as MessageType from "../protocol/message-type.ts";
import { payload } from "../protocol/messages.ts";
import type {
  CallOptions as WireCallOptions,
  CancelMode,
  Dict,
  Id,
  List,
  Result,
  Uri,
} from "../protocol/messages.ts";
import { Ask } from "./ask.ts";
import { wireOptions } from "./options.ts";
import type { Asker } from "./requests.ts";
import type { Session } from "./session.ts";
import type { CallOptions } from "./types.ts";

/** Arguments that come one after the other; the last ones are what it returns. */
export type Chunks = AsyncIterable<List, List | undefined>;

/** What is to be called. */
export interface CallInit {
  readonly procedure: Uri;
  readonly args: List | Chunks | undefined;
  readonly options: (CallOptions & { readonly kwargs?: Dict | undefined }) | undefined;
  /** Gets progressive results, which are asked for when it is there. */
  readonly progress?: ((result: Result) => void) | undefined;
}

export class Call<T> extends Ask<T> implements Asker<Result> {
  readonly #init: CallInit;
  readonly #read: (result: Result) => T;
  #session: Session | undefined;
  #request: Id | undefined;
  /** It was canceled, and the callee has the last word. */
  #killed: { readonly reason: unknown } | undefined;

  constructor(clock: Clock, init: CallInit, read: (result: Result) => T) {
    super(clock, `a call of ${init.procedure}`, init.options);
    this.#init = init;
    this.#read = read;
  }

  succeed(result: Result): void {
    const { progress, options } = this.#init;
    if (result[2].progress !== true) return this.resolve(this.#read(result));
    if (this.#killed) return undefined;
    // (As the router does: each result starts it anew.)
    if (options?.timeout !== undefined) this.expect(options.timeout);
    return progress?.(result);
  }

  override fail(error: unknown): void {
    super.fail(this.#killed ? this.#killed.reason : error);
  }

  /** Gives up because of `reason`; with `kill`, unless the callee says otherwise. */
  cancel(reason: unknown, mode: CancelMode): void {
    if (this.isOver) return;
    const session = this.#session;
    const request = this.#request;
    if (session && request !== undefined && session.can("dealer", "call_canceling")) {
      void session.link.send([MessageType.Cancel, request, { mode }]);
      if (mode === "kill") {
        this.#killed ??= { reason };
        return;
      }
    }
    this.fail(reason);
  }

  protected send(session: Session): void {
    const { args } = this.#init;
    this.#session = session;
    if (isChunks(args)) {
      session.requests.hold(this);
      void this.#sendAll(session, args);
    } else void this.#send(session, args, false);
  }

  protected giveUp(reason: unknown, isLate: boolean): void {
    const { cancelMode = "killnowait" } = this.#init.options ?? {};
    this.cancel(reason, isLate ? "killnowait" : cancelMode);
  }

  protected finished(): void {
    this.#session?.requests.forget(this.#request, this);
  }

  #send(session: Session, args: List | undefined, isChunk: boolean): Promise<void> | undefined {
    const { procedure, options } = this.#init;
    const request = this.#request ?? session.requests.next;
    const message = [
      MessageType.Call,
      request,
      this.#options(session, isChunk),
      procedure,
      ...payload(args, options?.kwargs),
    ] as const;
    if (this.#request !== undefined) return session.link.send(message);
    const sent = session.requests.send(message, this);
    this.#request = request;
    return sent;
  }

  #options(session: Session, isChunk: boolean): WireCallOptions {
    const { options, progress } = this.#init;
    const { timeout = Infinity } = options ?? {};
    const sent: Record<string, unknown> = wireOptions(options);
    if (timeout < Infinity && session.can("dealer", "call_timeout")) {
      sent["timeout"] = Math.ceil(timeout);
    }
    if (progress) sent["receive_progress"] = true;
    if (isChunk) sent["progress"] = true;
    return sent;
  }

  async #sendAll(session: Session, chunks: Chunks): Promise<void> {
    try {
      // (A router that hasn't announced it would abort the session.)
      if (!session.can("dealer", "progressive_call_invocations")) {
        throw new FullduplexError("ERR_UNSUPPORTED", "takes no calls in chunks");
      }
      const iterator = chunks[Symbol.asyncIterator]();
      for (let isLast = false; !isLast;) {
        const { done = false, value } = await iterator.next();
        if (this.isOver || this.#killed || !session.isOpen) {
          if (!done) await iterator.return?.();
          return;
        }
        isLast = done;
        await this.#send(session, value, !isLast);
      }
    } catch (error) {
      this.cancel(error, "killnowait");
    }
  }
}

function isChunks(args: List | Chunks | undefined): args is Chunks {
  return typeof args === "object" && Symbol.asyncIterator in args;
}
