/**
 * What a session has asked for, and not been answered yet.
 *
 * @module
 */

import { WampError } from "../protocol/errors.ts";
import { nextId } from "../protocol/ids.ts";
import type { Link } from "../protocol/link.ts";
import * as MessageType from "../protocol/message-type.ts";
import type {
  Call,
  ErrorMessage,
  Id,
  Publish,
  Published,
  Register,
  Registered,
  Result,
  Subscribe,
  Subscribed,
  Unregister,
  Unregistered,
  Unsubscribe,
  Unsubscribed,
} from "../protocol/messages.ts";
import { unexpected } from "./unexpected.ts";

export type Request = Publish | Subscribe | Unsubscribe | Call | Register | Unregister;
export type Answer = Published | Subscribed | Unsubscribed | Result | Registered | Unregistered;

/** Whoever waits for an answer; told before the next message is looked at. */
export interface Asker<A extends Answer = Answer> {
  succeed(answer: A): void;
  fail(error: unknown): void;
}

interface Pending {
  readonly type: number;
  readonly asker: Asker<never>;
}

export class Requests {
  readonly #link: Link;
  readonly #pending = new Map<Id, Pending>();
  /** Those that will send their request later. */
  readonly #holding = new Set<Asker<never>>();
  #last: Id = 0;

  constructor(link: Link) {
    this.#link = link;
  }

  /** The id that the next request has to have. */
  get next(): Id {
    return nextId(this.#last);
  }

  /**
   * Sends a request with the id `next`. The promise is the link's.
   *
   * @throws TypeError or RangeError for what can't be encoded. The id isn't used up then: the router would miss it.
   */
  send<A extends Answer>(message: Request, asker?: Asker<A>): Promise<void> | undefined {
    const [type, request] = message;
    const sent = this.#link.send(message);
    this.#last = request;
    if (asker) {
      this.#holding.delete(asker);
      this.#pending.set(request, { type, asker });
    }
    return sent;
  }

  /** Who sends a request later has to know when it can't be sent any more. */
  hold(asker: Asker<never>): void {
    this.#holding.add(asker);
  }

  /** Nobody waits any more. The answer may come nevertheless. */
  forget(request: Id | undefined, asker: Asker<never>): void {
    this.#holding.delete(asker);
    if (request !== undefined) this.#pending.delete(request);
  }

  /** @throws Violation for an answer to what was not asked. */
  succeed(answer: Answer): void {
    const [type, request] = answer;
    // (As the codes are: the answer is the number after the request's, but for RESULT.)
    const isResult = type === MessageType.Result;
    const pending = this.#find(type, isResult ? MessageType.Call : type - 1, request);
    if (!pending) return;
    if (!isResult || answer[2].progress !== true) this.#pending.delete(request);
    pending.asker.succeed(answer as never);
  }

  /** @throws Violation for an answer to what was not asked. */
  fail([, type, request, , uri, args, kwargs]: ErrorMessage): void {
    const pending = this.#find(MessageType.Error, type, request);
    if (!pending) return;
    this.#pending.delete(request);
    pending.asker.fail(new WampError(uri, args, kwargs));
  }

  /** None of them will be answered. */
  end(error: unknown): void {
    for (const asker of this.#holding) asker.fail(error);
    for (const { asker } of this.#pending.values()) asker.fail(error);
    this.#pending.clear();
  }

  /** `undefined`: nobody waits any more. */
  #find(answer: number, type: number, request: Id): Pending | undefined {
    const pending = this.#pending.get(request);
    if (pending ? pending.type !== type : request > this.#last) unexpected(answer);
    return pending;
  }
}
