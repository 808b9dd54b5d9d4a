/**
 * A session that answers calls of a registration: how it registered, what it can do, and how much it has to do.
 *
 * @module
 */

import type { RegisterOptions } from "../../protocol/messages.ts";
import type { Session } from "../session/session.ts";
import { PASSTHRU_FEATURE } from "../passthru.ts";

export class Callee {
  readonly session: Session;
  /** It takes INTERRUPTs. */
  readonly isCancelable: boolean;
  readonly yieldsProgress: boolean;
  readonly takesProgress: boolean;
  readonly takesPassthru: boolean;
  /** It wants to know who calls. */
  disclosesCaller = false;
  /** It minds timeouts itself. */
  mindsTimeout = false;
  /** Invocations that it has not answered yet. */
  running = 0;
  #concurrency = 0;

  constructor(session: Session, options: RegisterOptions) {
    this.session = session;
    this.isCancelable = this.#announces("call_canceling");
    // Who can't be interrupted can't be stopped either: then the dealer disregards both features.
    this.yieldsProgress = this.isCancelable && this.#announces("progressive_call_results");
    this.takesProgress = this.isCancelable && this.#announces("progressive_call_invocations");
    this.takesPassthru = this.#announces(PASSTHRU_FEATURE);
    this.configure(options);
  }

  /** It has registered again, with other options. */
  configure({ concurrency = 0, disclose_caller, forward_timeout }: RegisterOptions): void {
    this.#concurrency = concurrency;
    this.disclosesCaller = disclose_caller === true;
    this.mindsTimeout = forward_timeout === true && this.#announces("call_timeout");
  }

  /** More waits for it than `maxQueue` bytes. */
  isStalled(maxQueue: number): boolean {
    return this.session.link.waiting > maxQueue;
  }

  /** Whether it may be given one more call. */
  isFree(maxQueue: number): boolean {
    if (this.#concurrency > 0 && this.running >= this.#concurrency) return false;
    return !this.isStalled(maxQueue);
  }

  #announces(feature: string): boolean {
    return this.session.announces("callee", feature);
  }
}
