/**
 * One client: its connection, who it is, and its subscriptions.
 *
 * @module
 */

import type { Connection } from "../../connection/connection.ts";
import { ClosedError } from "../../errors.ts";
import type { CloseInfo } from "../../errors.ts";
import type { Timer } from "../../util/clock.ts";
import { DisconnectCode, UnsubscribeCode } from "../protocol/codes.ts";
import type { Codec } from "../protocol/codec.ts";
import { isJson } from "../protocol/json-text.ts";
import type {
  ClientInfo,
  Command,
  Data,
  Method,
  Push,
  Reply,
  Results,
} from "../protocol/messages.ts";
import { CommandReader } from "./command-reader.ts";
import { ChannelError, DisconnectError } from "./errors.ts";
import type { Delivery } from "./events.ts";
import { Expiry, ttlOf } from "./expiry.ts";
import { Heartbeat } from "./heartbeat.ts";
import { checkExtension } from "./hook-answers.ts";
import type { Awaitable, ClientFacts, Extension, Hooks, Identity } from "./hooks.ts";
import type { SessionServer } from "./session-server.ts";
import type { Subscription, SubscriptionOwner } from "./subscription.ts";

const PING: Reply = {};
const NO_HEADERS: ReadonlyMap<string, string> = new Map();

const NOBODY: Identity = { user: "" };

export class Session implements SubscriptionOwner {
  readonly client: string = globalThis.crypto.randomUUID();
  /** What the client has to show where several requests make one connection. */
  readonly id: string;
  readonly server: SessionServer;
  readonly connection: Connection;
  readonly codec: Codec;
  readonly transport: ClientFacts["transport"];
  readonly subscriptions: Map<string, Subscription> = new Map();
  /** Those that the client emulates. */
  headers: ReadonlyMap<string, string> = NO_HEADERS;
  /** When the connection has expired the application is asked, and not the client for a token. */
  isRefreshedHere = false;
  readonly #reader = new CommandReader(this);
  readonly #heartbeat: Heartbeat;
  readonly #expiry: Expiry;
  #isConnected = false;
  /** How the connection ended. */
  #end: CloseInfo | undefined;
  #identity = NOBODY;
  /** Somebody has said who it is, and may want to hear that it has gone. */
  #isKnown = false;
  /** Unix time in seconds. */
  #expireAt: number | undefined;
  #stale: Timer;
  /** Settles when what was sent last may be followed by more. */
  #sent: Promise<void> | undefined;

  constructor(
    server: SessionServer,
    connection: Connection,
    codec: Codec,
    transport: ClientFacts["transport"],
    id: string = globalThis.crypto.randomUUID(),
  ) {
    this.id = id;
    this.server = server;
    this.connection = connection;
    this.codec = codec;
    this.transport = transport;
    const reader = this.#reader;
    const peer = {
      get isHeld() {
        return reader.isHeld;
      },
      ping: () => this.send(PING),
      dead: () => this.close(DisconnectCode.NoPong, "no pong"),
    };
    this.#heartbeat = new Heartbeat(peer, server.clock, server.settings);
    this.#expiry = new Expiry(server.clock, () => void this.#expire());
  }

  /** Resolves when the client has gone, whatever of its commands is still being done. */
  async run(): Promise<void> {
    const { clock, settings } = this.server;
    this.#stale = clock.setTimeout(
      () => this.close(DisconnectCode.Stale, "stale"),
      settings.connectTimeout,
    );
    this.connection
      .forEach((frame) => this.#reader.receive(frame))
      .catch((error: unknown) => this.#readingFailed(error));
    this.#finish(await this.connection.closed);
  }

  // ---- what others ask

  get user(): string {
    return this.#identity.user;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  get isOver(): boolean {
    return this.#end !== undefined || this.connection.state !== "open";
  }

  get info(): ClientInfo {
    return { user: this.user, client: this.client, conn_info: this.#identity.info };
  }

  get facts(): ClientFacts {
    const { client, user, transport, headers } = this;
    const { meta } = this.#identity;
    return {
      client,
      user,
      transport,
      encoding: this.codec.name,
      meta,
      request: this.connection.request,
      headers,
    };
  }

  /** Settles once the client has read enough of what it was sent; `undefined` when it has. */
  get congestion(): Promise<void> | undefined {
    if (this.connection.bufferedAmount <= this.server.settings.maxQueue) return undefined;
    return this.#sent?.catch(() => {});
  }

  // ---- what the commands do

  /** It is known who the client is. */
  identify(identity: Identity): void {
    this.#identity = identity;
    this.#isKnown = true;
    if (!this.isOver) this.extend(identity.expireAt, identity.info);
    // It left while that was found out.
    else if (this.#end) this.server.disconnected(this, this.#end.code, this.#end.reason);
  }

  /** It could not be connected after all: nothing is left of what was begun. */
  unidentify(): void {
    for (const subscription of this.subscriptions.values()) this.leave(subscription, 0, "");
    this.server.dismiss(this);
    this.isRefreshedHere = false;
    this.extend(undefined, undefined);
    this.#identity = NOBODY;
  }

  /** The answer to its connect is out. */
  connected(): void {
    this.#isConnected = true;
    this.server.clock.clearTimeout(this.#stale);
    this.#heartbeat.start();
  }

  /** Whether the client was asked for it. */
  pong(): boolean {
    return this.#heartbeat.pong();
  }

  /** It may stay until then. */
  extend(expireAt: number | undefined, info: Data | undefined): void {
    if (this.#end) return;
    this.#expireAt = expireAt;
    if (info !== undefined) {
      this.#identity = { ...this.#identity, info };
      this.server.keepPresence(this);
    }
    this.#expiry.set(expireAt, this.isRefreshedHere ? 0 : this.server.settings.expiryGrace);
  }

  /** Seconds until the connection expires, as the answers say it. */
  get ttl(): { expires?: boolean; ttl?: number } {
    return this.isRefreshedHere ? {} : ttlOf(this.#expireAt);
  }

  reply<M extends Method>(command: Command, method: M, result: Results[M]): void {
    if (command.id) this.send({ id: command.id, [method]: result });
  }

  push(push: Push): void {
    this.send({ push });
  }

  send(reply: Reply): void {
    if (!this.isOver) this.#sent = this.connection.send(this.codec.encodeReplies([reply]));
  }

  /** Ends the connection with a code of the protocol. */
  close(code: number, reason: string): void {
    // Clients take a reason that is JSON for advice of an earlier protocol, and don't come back.
    void this.connection.close(code, isJson(reason) ? `(${reason})` : reason);
  }

  /** Ends one subscription; nothing of it comes after what is sent next. */
  leave(subscription: Subscription, code: number, reason: string): void {
    if (subscription.isEnded) return;
    subscription.isEnded = true;
    const { channel } = subscription.name;
    if (this.subscriptions.get(channel) === subscription) this.subscriptions.delete(channel);
    this.server.left(this, subscription, code, reason);
  }

  /** Ends a subscription, and says so to the client, unless that has not heard of it yet. */
  unsubscribe(subscription: Subscription, code: number, reason: string): void {
    const { isLive } = subscription;
    this.leave(subscription, code, reason);
    const { channel } = subscription.name;
    if (isLive) this.push({ channel, unsubscribe: { code, reason } });
  }

  async expireSubscription(subscription: Subscription): Promise<void> {
    const { name, expireAt } = subscription;
    const event = { ...this.facts, channel: name.channel, token: "", data: undefined };
    const extension = await this.#askAgain("subRefresh", (hooks) => hooks.subRefresh?.(event));
    // What has changed meanwhile counts more.
    if (this.isOver || subscription.isEnded || subscription.expireAt !== expireAt) return;
    if (extension) this.server.extendSubscription(this, subscription, extension);
    else this.unsubscribe(subscription, UnsubscribeCode.Expired, "subscription expired");
  }

  // ---- from its subscriptions

  deliver(subscription: Subscription, delivery: Delivery): void {
    if (this.isOver) return;
    const { slow } = subscription.name.namespace;
    const frame = delivery.frame(this.codec);
    if (subscription.isRecoverable || slow === "disconnect") {
      const isSlow = this.connection.bufferedAmount > this.server.settings.maxQueue;
      if (isSlow) this.fellBehind(subscription);
      else void this.connection.send(frame);
    } else if (slow === "conflate" && delivery.event.type === "publication") {
      void this.connection.send(frame, { key: subscription.id });
    } else void this.connection.send(frame, { droppable: true });
  }

  advance({ name: { channel } }: Subscription, offset: number): void {
    this.push({ channel, advance: { offset } });
  }

  insufficient(subscription: Subscription): void {
    // Only by connecting again does a client come back into a channel that the server put it in.
    if (subscription.isServerSide) {
      return this.close(DisconnectCode.InsufficientState, "insufficient state");
    }
    this.unsubscribe(subscription, UnsubscribeCode.InsufficientState, "insufficient state");
  }

  fellBehind(subscription: Subscription): void {
    if (subscription.isRecoverable) this.insufficient(subscription);
    else if (subscription.name.namespace.slow === "disconnect") {
      this.close(DisconnectCode.Slow, "slow");
    }
  }

  // ---- its end

  #readingFailed(error: unknown): void {
    if (error instanceof ClosedError) return;
    this.server.logger.error("reading from a client failed", error);
    this.close(DisconnectCode.ServerError, "internal server error");
  }

  async #expire(): Promise<void> {
    const expireAt = this.#expireAt;
    const extension = await this.#askAgain("refresh", (hooks) => hooks.refresh?.(this.facts));
    // What has changed meanwhile counts more.
    if (this.isOver || this.#expireAt !== expireAt) return;
    if (extension) this.extend(extension.expireAt, extension.info);
    else this.close(DisconnectCode.Expired, "connection expired");
  }

  /** How much longer something may go on that has expired, if the application lets it. Never rejects. */
  async #askAgain(
    name: "refresh" | "subRefresh",
    ask: (hooks: Hooks) => Awaitable<Extension | "expired" | undefined>,
  ): Promise<Extension | undefined> {
    try {
      const extension = checkExtension(name, await ask(this.server.hooks));
      return extension === "expired" ? undefined : extension;
    } catch (error) {
      if (error instanceof DisconnectError) this.close(error.closeCode, error.reason);
      else if (!(error instanceof ChannelError)) {
        this.server.logger.error(`the ${name} hook failed`, error);
      }
      return undefined;
    }
  }

  #finish(info: CloseInfo): void {
    const { code, reason } = info;
    this.#end = info;
    this.#isConnected = false;
    this.server.clock.clearTimeout(this.#stale);
    this.#heartbeat.stop();
    this.#expiry.clear();
    for (const subscription of this.subscriptions.values()) this.leave(subscription, code, reason);
    this.server.dismiss(this);
    if (this.#isKnown) this.server.disconnected(this, code, reason);
  }
}
