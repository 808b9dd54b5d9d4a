/**
 * One session of a client: from HELLO to GOODBYE, and who gets which message between them. It knows the router by a link only, and
 * nothing of other sessions before or after it.
 *
 * @module
 */

import { ClosedError, ProtocolError, TimeoutError } from "../../errors.ts";
import type { Clock, Timer } from "../../util/clock.ts";
import { Deferred } from "../../util/deferred.ts";
import * as CloseUri from "../protocol/close-uri.ts";
import * as ErrorUri from "../protocol/error-uri.ts";
import { Violation, WampError } from "../protocol/errors.ts";
import { announces, CLIENT_ROLES } from "../protocol/features.ts";
import type { Link } from "../protocol/link.ts";
import * as MessageType from "../protocol/message-type.ts";
import type {
  Challenge,
  Dict,
  Event,
  Id,
  Message,
  Payload,
  RoleName,
  Uri,
  Welcome,
} from "../protocol/messages.ts";
import { Attempts } from "./authentication/attempts.ts";
import type { Authentication } from "./authentication/authentication.ts";
import type { Procedure } from "./invocation.ts";
import { Invocations } from "./invocations.ts";
import { Requests } from "./requests.ts";
import type { SessionInfo } from "./types.ts";
import { unexpected } from "./unexpected.ts";

/** What a session is told when it is made. Durations are milliseconds. */
export interface SessionInit {
  readonly realm: Uri;
  readonly authentication: readonly Authentication[];
  readonly clock: Clock;
  readonly openTimeout: number;
  readonly closeTimeout: number;
  /** It has joined: requests can be made from here on. */
  readonly joined: (info: SessionInfo) => void;
  /** It is over, because of `error`: nothing can be asked any more. Called once, before the link is gone. */
  readonly ended: (error: unknown) => void;
}

/** Takes the events of a subscription, and learns that it was revoked. */
export interface EventSink extends Revocable {
  deliver(event: Event): void;
}

/** What the router may take back. */
export interface Revocable {
  revoked(reason: Uri | undefined): void;
}

/** An ABORT, or a GOODBYE, which has no arguments. */
type Farewell = readonly [type: number, details: Dict, reason: Uri, ...Payload];

export class Session {
  readonly link: Link;
  readonly requests: Requests;
  readonly invocations: Invocations;
  /** By the router's ids. */
  readonly subscriptions: Map<Id, EventSink> = new Map();
  readonly registrations: Map<Id, Procedure & Revocable> = new Map();
  readonly #init: SessionInit;
  readonly #gone = new Deferred<void>();
  /** `leaving`: all that is still listened to is the answer to a GOODBYE. */
  #state: "joining" | "open" | "leaving" | "over" = "joining";
  #attempts: Attempts | undefined;
  #isAnswering = false;
  #info: SessionInfo | undefined;
  #deadline: Timer;

  constructor(link: Link, init: SessionInit) {
    this.link = link;
    this.requests = new Requests(link);
    this.invocations = new Invocations(link);
    this.#init = init;
  }

  /** Whether requests can be made. */
  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** Whether the router has announced a feature. */
  can(role: RoleName, feature: string): boolean {
    return this.#info !== undefined && announces(this.#info.roles, role, feature);
  }

  /** Resolves when the link is gone. Never rejects. */
  async run(): Promise<void> {
    const { openTimeout } = this.#init;
    this.#setDeadline(openTimeout, () => {
      this.#end(new TimeoutError("joining", openTimeout));
      this.link.terminate();
    });
    void this.#hello();
    try {
      await this.link.receive((message) => this.#receive(message));
    } catch (error) {
      this.#refuse(error);
      await this.link.close();
    }
    this.#end(await this.#lost());
    this.#init.clock.clearTimeout(this.#deadline);
    this.#gone.resolve();
  }

  /** Says goodbye, and resolves when the link is gone. Never rejects. */
  leave(error: unknown): Promise<void> {
    if (this.#state === "joining") {
      // (The WELCOME may be under way.)
      this.#end(error);
      void this.link.close();
    }
    if (this.#state === "open") {
      void this.link.send([MessageType.Goodbye, {}, CloseUri.Normal]);
      this.#setDeadline(this.#init.closeTimeout, () => void this.link.close());
      this.#end(error);
      this.#state = "leaving";
    }
    return this.#gone.promise;
  }

  // ---- joining

  async #hello(): Promise<void> {
    const { realm, authentication } = this.#init;
    const { connection } = this.link.facts;
    try {
      const attempts = await Attempts.begin(authentication, { connection });
      if (this.#state !== "joining") return;
      this.#attempts = attempts;
      const details = { roles: CLIENT_ROLES, agent: "fullduplex", ...attempts.details };
      void this.link.send([MessageType.Hello, realm, details]);
    } catch (error) {
      this.#refuse(error);
    }
  }

  #join(message: Message): void {
    const [type] = message;
    const attempts = this.#attempts;
    if (!attempts || this.#isAnswering) unexpected(type);
    if (type === MessageType.Challenge) void this.#answer(attempts, message);
    else if (type === MessageType.Welcome) this.#welcome(attempts, message);
    else unexpected(type);
  }

  async #answer(attempts: Attempts, challenge: Challenge): Promise<void> {
    this.#isAnswering = true;
    try {
      const { signature, extra = {} } = await attempts.answer(challenge);
      if (this.#state !== "joining") return;
      void this.link.send([MessageType.Authenticate, signature, extra]);
      this.#isAnswering = false;
    } catch (error) {
      this.#refuse(error);
    }
  }

  #welcome(attempts: Attempts, [, id, details]: Welcome): void {
    try {
      attempts.welcome(details);
    } catch (error) {
      return this.#refuse(error);
    }
    this.#init.clock.clearTimeout(this.#deadline);
    this.#state = "open";
    this.#info = { ...details, id };
    return this.#init.joined(this.#info);
  }

  // ---- from the router

  #receive(message: Message): undefined {
    const [type] = message;
    if (this.#state === "over") return;
    if (type === MessageType.Abort) this.#farewell(message);
    else if (this.#state === "joining") this.#join(message);
    else if (this.#state === "open") this.#perform(message);
    else if (type === MessageType.Goodbye) void this.link.close();
  }

  #perform(message: Message): void {
    switch (message[0]) {
      case MessageType.Event:
        // (Events that were under way when it was unsubscribed are for nobody.)
        return this.subscriptions.get(message[1])?.deliver(message);
      case MessageType.Invocation:
        return this.invocations.receive(message, this.registrations.get(message[2]));
      case MessageType.Result:
      case MessageType.Published:
      case MessageType.Subscribed:
      case MessageType.Registered:
        return this.requests.succeed(message);
      case MessageType.Error:
        return this.requests.fail(message);
      case MessageType.Unsubscribed:
        if (message[1] !== 0) return this.requests.succeed(message);
        return revoke(this.subscriptions, message[2]?.subscription, message[2]?.reason);
      case MessageType.Unregistered:
        if (message[1] !== 0) return this.requests.succeed(message);
        return revoke(this.registrations, message[2]?.registration, message[2]?.reason);
      case MessageType.Interrupt:
        return this.invocations.interrupt(message);
      case MessageType.Goodbye:
        void this.link.send([MessageType.Goodbye, {}, CloseUri.GoodbyeAndOut]);
        return this.#farewell(message);
      default:
        return unexpected(message[0]);
    }
  }

  /** The router has ended it. */
  #farewell([, { message }, reason, args, kwargs]: Farewell): void {
    const said = message === undefined ? [] : [message];
    this.#end(new WampError(reason, args ?? said, kwargs));
    void this.link.close();
  }

  // ---- its end

  /** The router is told why it is over. */
  #refuse(cause: unknown): void {
    if (this.#state === "over" || this.#state === "leaving") return;
    const isViolation = cause instanceof Violation;
    const details = isViolation ? { message: cause.message } : {};
    const failed =
      this.#state === "joining" ? ErrorUri.AuthenticationFailed : ErrorUri.RuntimeError;
    const uri = cause instanceof WampError ? cause.uri : failed;
    const reason = isViolation ? ErrorUri.ProtocolViolation : uri;
    void this.link.send([MessageType.Abort, details, reason]);
    this.#end(isViolation ? new ProtocolError(cause.message, undefined, { cause }) : cause);
    void this.link.close();
  }

  async #lost(): Promise<unknown> {
    const info = await this.link.facts.connection?.closed;
    return new ClosedError(
      info ?? { code: 1006, reason: "", wasClean: false, initiator: "remote" },
    );
  }

  #end(error: unknown): void {
    if (this.#state === "over") return;
    const wasLeaving = this.#state === "leaving";
    this.#state = "over";
    if (wasLeaving) return;
    this.#init.ended(error);
    this.requests.end(error);
    this.invocations.end(error);
  }

  #setDeadline(delay: number, callback: () => void): void {
    const { clock } = this.#init;
    clock.clearTimeout(this.#deadline);
    this.#deadline = clock.setTimeout(callback, delay);
  }
}

function revoke(table: Map<Id, Revocable>, id: Id | undefined, reason: Uri | undefined): void {
  if (id !== undefined) table.get(id)?.revoked(reason);
}
