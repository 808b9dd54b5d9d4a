/**
 * The calls that a session serves.
 *
 * @module
 */

import * as ErrorUri from "../protocol/error-uri.ts";
import { WampError } from "../protocol/errors.ts";
import type { Link } from "../protocol/link.ts";
import * as MessageType from "../protocol/message-type.ts";
import type { Id, Interrupt, Invocation } from "../protocol/messages.ts";
import { RunningInvocation } from "./invocation.ts";
import type { InvocationHost, Procedure } from "./invocation.ts";

/** How many calls are remembered that were answered before all of their chunks had come. */
const MAX_CUT_SHORT = 1024;

/** How many calls are served at a time: a router that sends more, however slow the handlers are, is refused them. */
const MAX_RUNNING = 65_536;

export class Invocations implements InvocationHost {
  readonly link: Link;
  readonly #running = new Map<Id, RunningInvocation>();
  /** Their chunks may still be under way. */
  readonly #cutShort = new Set<Id>();

  constructor(link: Link) {
    this.link = link;
  }

  /** @throws Violation for a second INVOCATION of one id, unless it is of a call in chunks. */
  receive(message: Invocation, procedure: Procedure | undefined): void {
    const [, id, , details] = message;
    const running = this.#running.get(id);
    if (running) return running.more(message);
    if (this.#cutShort.has(id)) {
      if (details.progress !== true) this.#cutShort.delete(id);
    } else if (procedure && this.#running.size < MAX_RUNNING) {
      const invocation = new RunningInvocation(this, procedure, message);
      this.#running.set(id, invocation);
      invocation.run();
    } else {
      // (A router that still has calls for what is no longer registered may look for another callee.)
      void this.link.send([
        MessageType.Error,
        MessageType.Invocation,
        id,
        {},
        ErrorUri.Unavailable,
      ]);
    }
  }

  /** (One that has been answered meanwhile isn't there.) */
  interrupt([, id]: Interrupt): void {
    this.#running.get(id)?.abort(new WampError(ErrorUri.Canceled));
  }

  over(id: Id, cutShort: boolean): void {
    this.#running.delete(id);
    if (!cutShort) return;
    this.#cutShort.add(id);
    if (this.#cutShort.size <= MAX_CUT_SHORT) return;
    const [oldest = id] = this.#cutShort;
    this.#cutShort.delete(oldest);
  }

  end(reason: unknown): void {
    for (const invocation of this.#running.values()) invocation.end(reason);
    this.#running.clear();
  }
}
