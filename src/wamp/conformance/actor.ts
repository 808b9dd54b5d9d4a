/**
 * A client that says only what it is told to, and keeps all that comes.
 *
 * @module
 */

import type { Connection } from "../../connection/connection.ts";
import { systemClock } from "../../util/clock.ts";
import { Deferred } from "../../util/deferred.ts";
import { nextId } from "../protocol/ids.ts";
import * as T from "../protocol/message-type.ts";
import type { Dict, Id, List, Message } from "../protocol/messages.ts";
import { parseMessage } from "../protocol/parse.ts";
import type { Serializer } from "../protocol/serializer.ts";
import { CaseFailure, Inbox } from "./inbox.ts";
import type { Arrival } from "./inbox.ts";

/** How long the closing handshake may take at the end of a case, in milliseconds. */
const CLOSE_TIMEOUT = 500;

/** A request that every router answers without any effect, by the role that may send it. */
const ROUND_TRIPS: Readonly<Record<string, (request: Id, uri: string) => List>> = {
  caller: (request, uri) => [T.Call, request, {}, uri],
  subscriber: (request) => [T.Unsubscribe, request, 1],
  callee: (request) => [T.Unregister, request, 1],
  publisher: (request, uri) => [T.Publish, request, { acknowledge: true }, uri],
};

export class Actor {
  readonly inbox: Inbox;
  readonly serializer: Serializer;
  readonly #connection: Connection;
  readonly #roles: Dict;
  /** `over`: by a GOODBYE or ABORT of either side, so that the router may close the connection. */
  #state: "none" | "open" | "over" = "none";
  #lastRequest: Id = 0;
  /** The id of the last request of the case, that is no round trip. */
  request: Id = 0;

  constructor(connection: Connection, serializer: Serializer, roles: Dict, timeout: number) {
    this.#connection = connection;
    this.serializer = serializer;
    this.#roles = roles;
    this.inbox = new Inbox(timeout);
    void this.#read();
  }

  get isInSession(): boolean {
    return this.#state === "open";
  }

  /** Whether it was in a session that has been ended properly. */
  get hasEnded(): boolean {
    return this.#state === "over";
  }

  nextRequest(): Id {
    return (this.#lastRequest = this.request = nextId(this.#lastRequest));
  }

  /** Sends anything, message or not. */
  send(value: unknown): void {
    const type = Array.isArray(value) ? (value[0] as unknown) : undefined;
    if (type === T.Goodbye || type === T.Abort) this.#state = "over";
    this.sendRaw(this.serializer.encode(value as List));
  }

  sendRaw(data: string | Uint8Array): void {
    // Whether it still could be sent shows in what comes back.
    this.#connection.send(data).catch(() => {});
  }

  /** All that it sent before has been handled when this resolves. @throws CaseFailure when there is no answer. */
  async roundTrip(uri: string): Promise<void> {
    const role = Object.keys(ROUND_TRIPS).find((name) => Object.hasOwn(this.#roles, name));
    const make = role === undefined ? undefined : ROUND_TRIPS[role];
    if (!make) return;
    const request = (this.#lastRequest = nextId(this.#lastRequest));
    this.send(make(request, uri));
    const others: Arrival[] = [];
    const { deadline } = this.inbox;
    for (;;) {
      const arrival = await this.inbox.take(deadline);
      if (arrival.type === "message" && isAnswer(arrival.message, request)) break;
      others.push(arrival);
      if (arrival.type !== "closed") continue;
      if (!this.hasEnded) throw new CaseFailure("the router closed the connection");
      break;
    }
    this.inbox.putBack(others);
  }

  /** Says goodbye, and waits for the answer. What comes before that is dropped. */
  async leave(): Promise<void> {
    this.send([T.Goodbye, {}, "wamp.close.close_realm"]);
    const { deadline } = this.inbox;
    for (;;) {
      const message = await this.inbox.takeMessage(deadline);
      if (message[0] === T.Goodbye) return;
      if (message[0] === T.Abort) throw new CaseFailure("ABORT for a GOODBYE", message);
    }
  }

  /** Gone without a word. */
  hangUp(): void {
    this.#state = "over";
    this.#connection.terminate();
  }

  /** Ends the connection, in bounded time. */
  async close(): Promise<void> {
    const late = new Deferred<void>();
    const timer = systemClock.setTimeout(() => late.resolve(), CLOSE_TIMEOUT);
    await Promise.race([this.#connection.close(), late.promise]);
    systemClock.clearTimeout(timer);
    this.#connection.terminate();
  }

  async #read(): Promise<void> {
    await this.#connection.forEach((data) => this.#receive(data)).catch(() => {});
    if (this.#state === "open") this.#state = "none";
    this.inbox.push({ type: "closed" });
  }

  #receive(data: string | Uint8Array): void {
    let received: unknown;
    try {
      received = this.serializer.decode(data);
      const message = parseMessage(received);
      this.#follow(message);
      this.inbox.push({ type: "message", message });
    } catch (error) {
      const reason = `this is no WAMP message: ${(error as Error).message}`;
      this.inbox.push({ type: "invalid", reason, received });
    }
  }

  #follow(message: Message): void {
    if (message[0] === T.Welcome) {
      this.#state = "open";
      this.#lastRequest = this.request = 0;
    }
    if (message[0] === T.Goodbye || message[0] === T.Abort) this.#state = "over";
  }
}

function isAnswer(message: List, request: Id): boolean {
  return message[0] === T.Error
    ? message[1] !== T.Invocation && message[2] === request
    : message[0] === T.Published && message[1] === request;
}
