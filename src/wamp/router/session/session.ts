/**
 * A client in a realm.
 *
 * @module
 */

import * as ErrorUri from "../../protocol/error-uri.ts";
import { Violation } from "../../protocol/errors.ts";
import { announces } from "../../protocol/features.ts";
import { nextId } from "../../protocol/ids.ts";
import type { Link, SharedMessage } from "../../protocol/link.ts";
import * as MessageType from "../../protocol/message-type.ts";
import { payload } from "../../protocol/messages.ts";
import type { Dict, Id, List, Message, RoleName, Roles, Uri } from "../../protocol/messages.ts";
import { messageName } from "../../protocol/parse.ts";
import type { Subscription } from "../broker/subscription.ts";
import type { Call } from "../dealer/call.ts";
import type { Registration } from "../dealer/registration.ts";
import type { Principal } from "../principal.ts";
import type { Realm } from "../realm.ts";
import { Lane } from "./lane.ts";

/** What a session begins with. */
export interface SessionInit {
  readonly id: Id;
  readonly realm: Realm;
  readonly link: Link;
  readonly principal: Principal;
  readonly roles: Roles;
}

/** How a session is ended: the reason of its GOODBYE or ABORT, and a word for people. */
export interface SessionEnd {
  readonly type: "goodbye" | "abort";
  readonly reason: Uri;
  readonly message?: string | undefined;
  /** The realm isn't told: neither the session's testaments nor the event of its leaving are published. */
  readonly quiet?: boolean | undefined;
}

export class Session {
  readonly id: Id;
  readonly realm: Realm;
  readonly principal: Principal;
  readonly roles: Roles;
  readonly link: Link;
  /** By id. */
  readonly subscriptions: Map<Id, Subscription> = new Map<Id, Subscription>();
  readonly registrations: Map<Id, Registration> = new Map<Id, Registration>();
  /** As a caller: calls that are not answered yet, by the id of the CALL. */
  readonly calls: Map<Id, Call> = new Map<Id, Call>();
  /** As a callee: invocations that are not answered yet, by the id of the INVOCATION. */
  readonly invocations: Map<Id, Call> = new Map<Id, Call>();
  /** How many procedures of the router's own are at work for it. */
  performing = 0;
  readonly #lane = new Lane();
  readonly #end: (end: SessionEnd) => void;
  #lastRequest: Id = 0;
  #lastInvocation: Id = 0;
  #open = true;

  /** `end` says farewell to the peer; it is called once at most. */
  constructor(init: SessionInit, end: (end: SessionEnd) => void) {
    this.id = init.id;
    this.realm = init.realm;
    this.link = init.link;
    this.principal = init.principal;
    this.roles = init.roles;
    this.#end = end;
  }

  /** Nothing is sent to it, and nothing done for it, when it isn't. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** The id of the last INVOCATION that was sent, or 0. */
  get lastInvocation(): Id {
    return this.#lastInvocation;
  }

  announces(role: RoleName, feature: string): boolean {
    return announces(this.roles, role, feature);
  }

  /** An INVOCATION is sent: its answer is to be read, though requests wait (an authorizer may need it). */
  nextInvocation(): Id {
    this.#lane.hurry();
    return (this.#lastInvocation = nextId(this.#lastInvocation));
  }

  /**
   * Sends, unless the session is over.
   *
   * @throws TypeError or RangeError for data that the peer's serializer can't encode.
   */
  send(message: Message | SharedMessage): void {
    if (this.#open) void this.link.send(message);
  }

  /** Sends what the peer may do without: it isn't told what it doesn't take. */
  inform(message: Message): void {
    try {
      this.send(message);
    } catch {
      // (What is done to it doesn't depend on that.)
    }
  }

  sendError(
    type: number,
    request: Id,
    error: Uri,
    args?: List,
    kwargs?: Dict,
    details?: Dict,
  ): void {
    this.send([MessageType.Error, type, request, details ?? {}, error, ...payload(args, kwargs)]);
  }

  /** Sends an EVENT, unless too much is waiting for the peer: then what the router's `overflow` says is done. */
  deliver(event: SharedMessage): void {
    const { maxQueue, overflow } = this.realm.settings;
    if (this.link.waiting <= maxQueue) {
      this.send(event);
      this.realm.stats.events++;
      return;
    }
    if (overflow === "drop") {
      this.realm.stats.dropped++;
    } else {
      this.end({ type: "abort", reason: ErrorUri.Unavailable, message: "too slow" });
    }
  }

  /**
   * A message of the peer's. A promise: the next one should wait for it.
   *
   * @throws Violation for what it must not send.
   */
  receive(message: Message): Promise<void> | undefined {
    const { dealer } = this.realm;
    switch (message[0]) {
      // What answers others never waits for the session's own requests: an authorizer may be waiting for it.
      case MessageType.Yield:
        dealer.yield(this, message);
        return undefined;
      case MessageType.Error:
        if (message[1] !== MessageType.Invocation) throw new Violation("ERROR for no INVOCATION");
        dealer.error(this, message);
        return undefined;
      case MessageType.Publish:
      case MessageType.Subscribe:
      case MessageType.Unsubscribe:
      case MessageType.Register:
      case MessageType.Unregister:
        this.#checkRequest(message[1]);
        return this.#inOrder(message);
      case MessageType.Call:
        if (this.#isContinuation(message[1])) return this.#inOrder(message, true);
        this.#checkRequest(message[1]);
        return this.#inOrder(message);
      case MessageType.Cancel:
        // A call that is under way is canceled at once, whatever an authorizer has to say about another one.
        if (!this.calls.has(message[1])) return this.#inOrder(message);
        dealer.cancel(this, message);
        return undefined;
      default:
        throw new Violation(`${messageName(message[0])} within a session`);
    }
  }

  /** Ends it because of what the router, or its peer, did. The peer is told; calling it again changes nothing. */
  end(end: SessionEnd): void {
    if (!this.#open) return;
    this.leave(end.quiet);
    this.#end(end);
  }

  /** It is over: nothing is sent any more. */
  leave(quiet = false): void {
    if (!this.#open) return;
    this.#open = false;
    this.#lane.end();
    this.realm.leave(this, quiet);
  }

  /** Does `work` after the requests before it. */
  after(work: () => void): Promise<void> | undefined {
    return this.#lane.run(work);
  }

  #inOrder(message: Message, continues = false): Promise<void> | undefined {
    const isNeeded = this.invocations.size > 0;
    return this.#lane.run(() => this.#guarded(message, continues), message, isNeeded);
  }

  #guarded(message: Message, continues: boolean): void | Promise<void> {
    if (!this.#open) return undefined;
    try {
      const pending = this.#perform(message, continues);
      if (pending instanceof Promise) return pending.catch((error: unknown) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
    return undefined;
  }

  #perform(message: Message, continues: boolean): void | Promise<void> {
    const { broker, dealer, stats } = this.realm;
    switch (message[0]) {
      case MessageType.Publish:
        stats.publications++;
        return broker.publish(this, message);
      case MessageType.Subscribe:
        return broker.subscribe(this, message);
      case MessageType.Unsubscribe:
        return broker.unsubscribe(this, message);
      case MessageType.Register:
        return dealer.register(this, message);
      case MessageType.Unregister:
        return dealer.unregister(this, message);
      case MessageType.Call:
        if (continues) return dealer.continue(this, message);
        stats.calls++;
        return dealer.call(this, message);
      case MessageType.Cancel:
        return dealer.cancel(this, message);
      default:
        return undefined;
    }
  }

  #fail(error: unknown): void {
    if (error instanceof Violation) {
      this.end({ type: "abort", reason: ErrorUri.ProtocolViolation, message: error.message });
      return;
    }
    this.realm.settings.logger.error("a request of a WAMP session failed:", error);
    this.end({ type: "abort", reason: ErrorUri.RuntimeError });
  }

  /** The id of an earlier CALL is used again ("Verification of CALL Request IDs"): only who announced progressive ones may. */
  #isContinuation(request: Id): boolean {
    return (
      request <= this.#lastRequest &&
      request !== nextId(this.#lastRequest) &&
      this.announces("caller", "progressive_call_invocations")
    );
  }

  #checkRequest(request: Id): void {
    const expected = nextId(this.#lastRequest);
    if (request !== expected && this.realm.settings.requestIds === "sequential") {
      throw new Violation(`request ${request} comes after ${this.#lastRequest}`);
    }
    this.#lastRequest = request;
  }
}
