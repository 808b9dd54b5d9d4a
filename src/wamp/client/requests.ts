/**
 * What a session has asked for, and not been answered yet.
 *
 * @module
 */

import { Violation, WampError } from "../protocol/errors.ts";
import { nextId } from "../protocol/ids.ts";
import type { Link } from "../protocol/link.ts";
import { MessageType } from "../protocol/message-type.ts";
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
import { messageName } from "../protocol/parse.ts";

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

/** The type of the request that an answer is for, by the answer's. */
const REQUESTS: ReadonlyMap<number, number> = new Map([
  [MessageType.Published, MessageType.Publish],
  [MessageType.Subscribed, MessageType.Subscribe],
  [MessageType.Unsubscribed, MessageType.Unsubscribe],
  [MessageType.Result, MessageType.Call],
  [MessageType.Registered, MessageType.Register],
  [MessageType.Unregistered, MessageType.Unregister],
]);

export class Requests {
  readonly #link: Link;
  readonly #pending = new Map<Id, Pending>();
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
    if (asker) this.#pending.set(request, { type, asker });
    return sent;
  }

  /** Nobody waits any more. The answer may come nevertheless. */
  forget(request: Id): void {
    this.#pending.delete(request);
  }

  /** @throws Violation for an answer to what was not asked. */
  succeed(answer: Answer): void {
    const [type, request] = answer;
    const pending = this.#find(type, REQUESTS.get(type), request);
    if (!pending) return;
    const isProgress = type === MessageType.Result && answer[2].progress === true;
    if (!isProgress) this.#pending.delete(request);
    pending.asker.succeed(answer as never);
  }

  /** @throws Violation for an answer to what was not asked. */
  fail([type, of, request, , uri, args, kwargs]: ErrorMessage): void {
    if (!isRequest(of)) throw new Violation(`ERROR for a ${messageName(of)}`);
    const pending = this.#find(type, of, request);
    if (!pending) return;
    this.#pending.delete(request);
    pending.asker.fail(new WampError(uri, args, kwargs));
  }

  /** None of them will be answered. */
  end(error: unknown): void {
    const all = [...this.#pending.values()];
    this.#pending.clear();
    for (const { asker } of all) asker.fail(error);
  }

  /** (One that nobody waits for any more isn't there.) */
  #find(type: number, of: number | undefined, request: Id): Pending | undefined {
    const pending = this.#pending.get(request);
    if (pending ? pending.type !== of : request > this.#last) {
      throw new Violation(`${messageName(type)} for request ${request}, which is another`);
    }
    return pending;
  }
}

function isRequest(type: number): boolean {
  for (const request of REQUESTS.values()) if (request === type) return true;
  return false;
}
