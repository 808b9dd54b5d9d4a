/**
 * The calls that aren't done yet, in the order in which they may be sent.
 *
 * @module
 */

import { DdpError } from "../protocol/error.ts";
import type { Call, Outcome } from "./call.ts";
import type { Link } from "./link.ts";

/** Calls that may be on their way at the same time; a later block has to wait for all of them. */
interface Block {
  /** A call with `wait` has a block of its own. */
  readonly isAlone: boolean;
  readonly calls: Set<Call>;
  next: Block | undefined;
}

/** Whom calls tell. */
export interface CallsHost {
  /** The connection that takes messages now. */
  readonly link: Link | undefined;
  /** It is about to be sent, again perhaps. */
  sending(call: Call): void;
}

export class Calls {
  readonly #host: CallsHost;
  readonly #calls = new Map<string, Call>();
  #first: Block | undefined;
  #last: Block | undefined;

  constructor(host: CallsHost) {
    this.#host = host;
  }

  get size(): number {
    return this.#calls.size;
  }

  [Symbol.iterator](): Iterator<Call> {
    return this.#calls.values();
  }

  isSent(id: string): boolean {
    return this.#calls.get(id)?.isSent === true;
  }

  /** The call has run its stub. */
  add(call: Call): void {
    this.#calls.set(call.id, call);
    const isAlone = call.options.wait === true;
    if (!this.#last || isAlone || this.#last.isAlone) this.#append(isAlone);
    const block = this.#last as unknown as Block;
    block.calls.add(call);
    const { link } = this.#host;
    if (link && block === this.#first) this.#send(link, call);
  }

  /** There is another connection: sends what is to be sent. `login` goes before all else, alone. */
  resend(link: Link, login: Call | undefined): void {
    for (const call of this.#calls.values()) {
      call.isSent = call.outcome !== undefined;
      if (!call.wasSent || call.outcome || call.options.noRetry !== true) continue;
      call.isUnretried = true;
      call.receive({ error: new DdpError("invocation-failed", "the connection was lost") });
    }
    if (login) this.#prepend(login);
    this.#sendFirst(link);
  }

  /** Those that have failed without having been done, so that nothing more is heard of them. */
  unretried(): string[] {
    const failed = Array.from(this.#calls.values()).filter(({ isUnretried }) => isUnretried);
    return failed.map(({ id }) => id);
  }

  receive(id: string, outcome: Outcome): void {
    const call = this.#calls.get(id);
    if (!call || call.outcome) return;
    call.receive(outcome);
    this.#finishIfDone(call);
  }

  /** What these calls have written has come. Returns those of which that is news. */
  updated(ids: readonly string[]): string[] {
    return ids.filter((id) => {
      const call = this.#calls.get(id);
      if (!call || call.isUpdated) return false;
      call.isUpdated = true;
      return true;
    });
  }

  /** What the call has written is visible. */
  visible(id: string): void {
    const call = this.#calls.get(id);
    if (!call) return;
    call.isVisible = true;
    this.#finishIfDone(call);
  }

  /** The call isn't worth going on with. */
  drop(call: Call): void {
    this.#calls.delete(call.id);
    let block = this.#first;
    while (block && !block.calls.delete(call)) block = block.next;
    this.#advance();
  }

  /** All of them fail. */
  end(error: unknown): void {
    const calls = Array.from(this.#calls.values());
    this.#calls.clear();
    this.#first = this.#last = undefined;
    for (const call of calls) call.fail(error);
  }

  #append(isAlone: boolean): void {
    const block: Block = { isAlone, calls: new Set(), next: undefined };
    if (this.#last) this.#last.next = block;
    else this.#first = block;
    this.#last = block;
  }

  #prepend(call: Call): void {
    this.#calls.set(call.id, call);
    this.#first = { isAlone: true, calls: new Set([call]), next: this.#first };
    this.#last ??= this.#first;
  }

  #send(link: Link, call: Call): void {
    call.isSent = call.wasSent = true;
    this.#host.sending(call);
    link.sendText(call.text);
  }

  /** (A call that has its result isn't sent again.) */
  #sendFirst(link: Link): void {
    for (const call of this.#first?.calls ?? []) if (!call.outcome) this.#send(link, call);
  }

  #finishIfDone(call: Call): void {
    if (!call.outcome || !call.isVisible) return;
    call.finish();
    this.drop(call);
  }

  /** The next block begins when all of the first are done. */
  #advance(): void {
    const before = this.#first;
    while (this.#first && this.#first.calls.size === 0) this.#first = this.#first.next;
    if (this.#first === before) return;
    if (!this.#first) this.#last = undefined;
    const { link } = this.#host;
    if (link) this.#sendFirst(link);
  }
}
