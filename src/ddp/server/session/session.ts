/**
 * A session: what a client has on the server. It outlives the client's connection for a while.
 *
 * @module
 */

import { Deferred } from "../../../util/deferred.ts";
import { DdpError } from "../../protocol/error.ts";
import type { ClientMessage, ServerMessage, SubMessage } from "../../protocol/messages.ts";
import { clientSafe, INTERNAL, toWireError } from "../../protocol/wire-error.ts";
import { writeMessage } from "../../protocol/write-message.ts";
import type { Logger } from "../../../util/logger.ts";
import type { PublicationHost } from "../publications/host.ts";
import type { Publications } from "../publications/publications.ts";
import { SessionSubscriptions } from "../publications/session-subscriptions.ts";
import { runOutside } from "../scope.ts";
import { ClientConnection } from "./client-connection.ts";
import { MessageQueue } from "./message-queue.ts";
import { MethodCalls } from "./method-calls.ts";
import type { MethodHost } from "./method-calls.ts";
import type { MethodLedger } from "./method-ledger.ts";
import { Outgoing } from "./outgoing.ts";
import type { OutgoingMessage } from "./replay-ring.ts";
import type { SessionServer } from "./session-server.ts";
import { newToken } from "./token.ts";
import type { Wire } from "./wire.ts";

/** How long messages may be, together, that wait, or that something is done for. UTF-16 units. */
const MAX_HELD = 4 * 1024 * 1024;

/** The same of a client's subscriptions: their parameters are kept. */
const MAX_SUBSCRIBED = 4 * 1024 * 1024;

export class Session implements PublicationHost, MethodHost {
  /** What a client shows to go on with this session: a secret. */
  readonly token: string = newToken();
  readonly connection: ClientConnection;
  readonly logger: Logger;
  readonly publications: Publications;
  readonly ledger: MethodLedger | undefined;
  readonly subscriptions: SessionSubscriptions;
  readonly #server: SessionServer;
  readonly #outgoing: Outgoing;
  readonly #queue: MessageQueue;
  readonly #calls: MethodCalls;
  /** The connection that its client came by last. */
  #wire: Wire;
  #userId: string | null = null;
  #state: "open" | "finishing" | "broken" | "ended" = "open";
  /** Whoever waits until more can be received. */
  #room: Deferred<void> | undefined;
  /** Whoever waits until nothing runs. */
  #idle: Deferred<void> | undefined;

  /** `ledger`: the client's, when there is one. */
  constructor(server: SessionServer, wire: Wire, ledger: MethodLedger | undefined) {
    this.#server = server;
    this.#wire = wire;
    this.logger = server.logger;
    this.publications = server.publications;
    this.ledger = ledger;
    this.connection = new ClientConnection(wire, server.logger, this);
    this.#outgoing = new Outgoing(wire, server.settings.resume, ledger);
    const onLess = (): void => this.#less();
    this.#queue = new MessageQueue(onLess, server.turn);
    this.#calls = new MethodCalls(server, this, this.#queue, ledger, onLess);
    this.subscriptions = new SessionSubscriptions(this);
  }

  get userId(): string | null {
    return this.#userId;
  }

  get hasEnded(): boolean {
    return this.#state === "ended";
  }

  get sent(): number {
    return this.#outgoing.sent;
  }

  /** Whether its client is connected. */
  get isAttached(): boolean {
    return this.#outgoing.wire !== undefined;
  }

  start(): void {
    this.ledger?.arrive();
    this.send({ msg: "connected", session: this.token });
    this.subscriptions.startUniversal();
    this.#server.onConnection.run(this.connection);
  }

  // ---- to the client

  send(message: ServerMessage): void {
    this.sendText(writeMessage(message));
  }

  sendText(message: OutgoingMessage): void {
    if (this.#state === "ended") return;
    this.#outgoing.send(message);
    if (this.#outgoing.isBroken && this.#state !== "broken") void this.#break();
  }

  ping(): void {
    this.#outgoing.ping();
  }

  // ---- from the client

  /** `size`: how long its text was. */
  receive(message: ClientMessage, size: number): void {
    if (this.#state === "ended") return;
    this.#server.onMessage.run(message, this.connection);
    switch (message.msg) {
      case "sub":
        return this.#queue.push((unblock) => this.#subscribe(message, size, unblock), size);
      case "unsub":
        return this.#queue.push(() => this.subscriptions.unsubscribe(message));
      case "method":
        return this.#calls.receive(message, size);
      case "ping":
        return this.#outgoing.wire?.send(writeMessage({ ...message, msg: "pong" }));
      case "pong":
        return this.#outgoing.pong();
      case "disconnect":
        return this.end();
      default:
    }
  }

  /** When more can be received; `undefined`: now. */
  whenRoom(): Promise<void> | undefined {
    return this.#isFull ? (this.#room ??= new Deferred()).promise : undefined;
  }

  get #isFull(): boolean {
    const { maxQueue, maxRunning } = this.#server.settings;
    const { length, size } = this.#queue;
    return length > maxQueue || size > MAX_HELD || this.#calls.running > maxRunning;
  }

  /** Fewer messages wait, or fewer methods run, than before. */
  #less(): void {
    if (this.#room && (this.#state === "ended" || !this.#isFull)) {
      this.#room.resolve();
      this.#room = undefined;
    }
    if (this.#calls.running === 0) this.#idle?.resolve();
  }

  /** Never rejects. */
  async #subscribe(message: SubMessage, size: number, unblock: () => void): Promise<void> {
    const { id, name } = message;
    // (Clients that come back subscribe again to what they have: that counts for nothing.)
    if (this.subscriptions.has(id)) return;
    try {
      if (this.publications.get(name)) this.#server.limits.check("subscription", name, this);
      const { size: count, held } = this.subscriptions;
      if (count >= this.#server.settings.maxSubscriptions) throw tooMany();
      if (held + size > MAX_SUBSCRIBED) throw tooMany();
    } catch (error) {
      const safe = clientSafe(error);
      if (!safe) this.logger.error("a rate limit failed:", error);
      return this.send({ msg: "nosub", id, error: toWireError(safe ?? INTERNAL) });
    }
    await this.subscriptions.subscribe(message, size, () => runOutside(unblock));
  }

  nextTurn(): Promise<void> {
    return new Promise((resolve) => this.#server.settings.clock.defer(resolve));
  }

  get rerunning(): Promise<void> | undefined {
    return this.subscriptions.rerunning;
  }

  async setUserId(userId: string | null): Promise<void> {
    if (this.#state === "ended") return;
    this.#userId = userId;
    await this.subscriptions.rerun();
  }

  // ---- coming and going

  /** Goes on by another connection, if it can: what was lost is sent again. */
  resume(wire: Wire, received: number): boolean {
    if (this.#state !== "open" || !this.#outgoing.canResume(received)) return false;
    // (One that is lost may hold messages that nobody has read: the client sends them again.)
    this.#wire.cut();
    this.#wire = wire;
    this.connection.origin = wire;
    const connected = writeMessage({ msg: "connected", session: this.token });
    this.ledger?.shift(this.#outgoing.resume(wire, received, connected));
    this.ledger?.arrive();
    return true;
  }

  /** The connection is lost. */
  detach(wire: Wire): void {
    if (this.#outgoing.wire !== wire) return;
    this.#outgoing.detach();
    if (this.#state === "open") this.#server.sessions.wait(this);
    else this.end();
  }

  /** It has more to send than is kept. (Not at once: whoever sends is in the middle of something.) */
  async #break(): Promise<void> {
    this.#state = "broken";
    this.#server.counters.overflowed++;
    await Promise.resolve();
    this.end();
  }

  supersede(): void {
    this.#outgoing.wire?.cut();
    this.end();
  }

  /** Begins nothing more. Resolves when what runs is done. */
  async finish(): Promise<void> {
    if (this.#state !== "open") return;
    this.#state = "finishing";
    this.#queue.close();
    if (this.#calls.running > 0) await (this.#idle ??= new Deferred()).promise;
  }

  /** Ends it, for good. `code`: what the connection is closed with. */
  end(code?: number): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    const { wire } = this.#outgoing;
    this.#outgoing.close();
    this.#queue.close();
    this.subscriptions.close();
    this.ledger?.abandon(this);
    this.#server.sessions.ended(this);
    this.connection.ended();
    this.#idle?.resolve();
    wire?.close(code);
  }
}

function tooMany(): DdpError {
  return new DdpError("too-many-subscriptions", "You have too many subscriptions");
}
