/**
 * One client: its connection, who it is, and its subscriptions.
 *
 * @module
 */

import type { Connection } from "../../connection/connection.ts";
import { ClosedError } from "../../errors.ts";
import type { CloseInfo } from "../../errors.ts";
import type { Message } from "../../connection/transport.ts";
import type { Timer } from "../../util/clock.ts";
import { DisconnectCode, ErrorCode, UnsubscribeCode } from "../protocol/codes.ts";
import { MalformedError } from "../protocol/codec.ts";
import type { Codec } from "../protocol/codec.ts";
import type {
  ClientInfo,
  Command,
  Data,
  Method,
  Push,
  Reply,
  Results,
} from "../protocol/messages.ts";
import { ChannelError, DisconnectError } from "./errors.ts";
import type { Delivery } from "./events.ts";
import { ttlOf } from "./expiry.ts";
import { checkExtension } from "./hook-answers.ts";
import type { Awaitable, ClientFacts, Extension, Hooks, Identity } from "./hooks.ts";
import { Lanes } from "./lanes.ts";
import type { CommandEntry, SessionServer } from "./session-server.ts";
import type { Subscription, SubscriptionOwner } from "./subscription.ts";

/** How many commands of a client may be under way; more wait, and then reading pauses. */
const MAX_RUNNING = 16;

const PING: Reply = {};
const NO_HEADERS: ReadonlyMap<string, string> = new Map();

export class Session implements SubscriptionOwner {
  readonly client: string = globalThis.crypto.randomUUID();
  /** What the client has to show where several requests make one connection. */
  readonly id: string = globalThis.crypto.randomUUID();
  readonly server: SessionServer;
  readonly connection: Connection;
  readonly codec: Codec;
  readonly transport: ClientFacts["transport"];
  readonly subscriptions: Map<string, Subscription> = new Map();
  /** Those that the client emulates. */
  headers: ReadonlyMap<string, string> = NO_HEADERS;
  /** When the connection has expired the application is asked, and not the client for a token. */
  isRefreshedHere = false;
  readonly #lanes = new Lanes(MAX_RUNNING);
  #state: "new" | "connecting" | "connected" | "closed" = "new";
  #identity: Identity = { user: "" };
  /** Unix time in seconds. */
  #expireAt: number | undefined;
  #stale: Timer;
  #ping: Timer;
  #expiry: Timer;
  #awaitsPong = false;

  constructor(
    server: SessionServer,
    connection: Connection,
    codec: Codec,
    transport: ClientFacts["transport"],
  ) {
    this.server = server;
    this.connection = connection;
    this.codec = codec;
    this.transport = transport;
  }

  /** Resolves when the client has gone. */
  async run(): Promise<void> {
    const { clock, settings } = this.server;
    this.#stale = clock.setTimeout(
      () => this.close(DisconnectCode.Stale, "stale"),
      settings.connectTimeout,
    );
    try {
      await this.connection.forEach((frame) => this.#receive(frame));
    } catch (error) {
      if (!(error instanceof ClosedError)) throw error;
    } finally {
      this.#end(await this.connection.closed);
    }
  }

  // ---- what others ask

  get user(): string {
    return this.#identity.user;
  }

  get isConnected(): boolean {
    return this.#state === "connected";
  }

  get isOver(): boolean {
    return this.#state === "closed" || this.connection.state !== "open";
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

  // ---- what the commands do

  /** It is known who the client is. */
  identify(identity: Identity): void {
    this.#identity = identity;
    this.extend(identity.expireAt, identity.info);
  }

  /** It can't be connected as who it is. */
  withdraw(): void {
    for (const subscription of this.subscriptions.values()) this.leave(subscription, 0, "");
    this.server.withdraw(this);
    this.isRefreshedHere = false;
    this.identify({ user: "" });
  }

  /** The answer to its connect is out. */
  connected(): void {
    const { clock, settings } = this.server;
    this.#state = "connected";
    clock.clearTimeout(this.#stale);
    this.#ping = clock.setTimeout(() => this.#sendPing(), settings.pingInterval);
  }

  /** It may stay until then. */
  extend(expireAt: number | undefined, info: Data | undefined): void {
    const { clock, settings } = this.server;
    this.#expireAt = expireAt;
    if (info !== undefined) this.#identity = { ...this.#identity, info };
    clock.clearTimeout(this.#expiry);
    if (expireAt === undefined || this.isOver) return;
    const grace = this.isRefreshedHere ? 0 : settings.expiryGrace;
    const left = Math.max(0, expireAt * 1000 - Date.now());
    this.#expiry = clock.setTimeout(() => void this.#expire(), left + grace);
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
    if (!this.isOver) void this.connection.send(this.codec.encodeReplies([reply]));
  }

  /** Ends the connection with a code of the protocol. */
  close(code: number, reason: string): void {
    void this.connection.close(code, reason);
  }

  /** Ends one subscription; nothing of it comes after what is sent next. */
  leave(subscription: Subscription, code: number, reason: string): void {
    if (subscription.isEnded) return;
    subscription.isEnded = true;
    const { channel } = subscription.name;
    if (this.subscriptions.get(channel) === subscription) this.subscriptions.delete(channel);
    this.server.left(this, subscription, code, reason);
  }

  /** Ends a subscription, and says so to the client. */
  unsubscribe(subscription: Subscription, code: number, reason: string): void {
    const { isEnded } = subscription;
    this.leave(subscription, code, reason);
    const { channel } = subscription.name;
    if (!isEnded) this.push({ channel, unsubscribe: { code, reason } });
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
    const { namespace, channel } = subscription.name;
    const frame = delivery.frame(this.codec);
    const isLossy = !subscription.isRecoverable && delivery.event.type === "publication";
    if (isLossy && namespace.slow === "conflate")
      void this.connection.send(frame, { key: channel });
    else if (isLossy && namespace.slow === "drop")
      void this.connection.send(frame, { droppable: true });
    else if (this.connection.bufferedAmount <= this.server.settings.maxQueue)
      void this.connection.send(frame);
    else this.#fallBehind(subscription);
  }

  advance({ name: { channel } }: Subscription, offset: number): void {
    this.push({ channel, advance: { offset } });
  }

  insufficient(subscription: Subscription): void {
    this.unsubscribe(subscription, UnsubscribeCode.InsufficientState, "insufficient state");
  }

  #fallBehind(subscription: Subscription): void {
    if (subscription.isRecoverable) this.insufficient(subscription);
    else this.close(DisconnectCode.Slow, "slow");
  }

  // ---- from the client

  #receive(frame: Message): Promise<void> | undefined {
    let received: Command[];
    try {
      received = this.codec.decodeCommands(frame);
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      return this.#reject();
    }
    if (received.length === 1) return this.#start(received[0] as Command);
    return this.#startAll(received);
  }

  /** What comes after a failed connect is discarded. */
  async #startAll(received: readonly Command[]): Promise<void> {
    for (const command of received) {
      if (this.isOver) return;
      const wait = this.#start(command);
      if (wait) await wait;
      if (this.#state === "new") return;
    }
  }

  /** Returns a promise when the next command has to wait. */
  #start(command: Command): Promise<void> | undefined {
    if (this.isOver) return undefined;
    const found = this.server.commands.find(({ method }) => command[method] !== undefined);
    if (!found) return this.#pong(command);
    const { method, lane } = found;
    if (method === "connect") return this.#connect(command, found.run);
    if (this.#state !== "connected" || (!command.id && method !== "send")) {
      return this.#reject();
    }
    return this.#lanes.run(lane(command), () => this.#run(command, found.run));
  }

  /** Whatever comes next waits until it is known who this is. */
  #connect(command: Command, run: CommandEntry["run"]): Promise<void> | undefined {
    if (this.#state !== "new" || !command.id) {
      return this.#reject();
    }
    this.#state = "connecting";
    return this.#run(command, run).then(() => {
      if (this.#state === "connecting") this.#state = "new";
    });
  }

  /** Never rejects. */
  async #run(command: Command, run: CommandEntry["run"]): Promise<void> {
    if (this.isOver) return;
    try {
      await run(this, command);
    } catch (error) {
      this.#refuse(command, error);
    }
  }

  #refuse({ id }: Command, error: unknown): void {
    if (error instanceof DisconnectError) return this.close(error.closeCode, error.reason);
    if (!(error instanceof ChannelError)) this.server.logger.error("a command failed", error);
    const known = error instanceof ChannelError ? error : new ChannelError(ErrorCode.Internal);
    const { errorCode: code, message, temporary } = known;
    if (id) this.send({ id, error: { code, message, temporary } });
  }

  // ---- life and death

  #pong(command: Command): undefined {
    if (command.id || !this.#awaitsPong) this.#reject();
    this.#awaitsPong = false;
  }

  /** What came breaks the rules of the protocol. */
  #reject(): undefined {
    this.close(DisconnectCode.BadRequest, "bad request");
  }

  #sendPing(): void {
    const { clock, settings } = this.server;
    this.#awaitsPong = true;
    this.send(PING);
    this.#ping = clock.setTimeout(() => {
      if (this.#awaitsPong) return this.#missPong();
      const rest = settings.pingInterval - settings.pongTimeout;
      this.#ping = clock.setTimeout(() => this.#sendPing(), rest);
    }, settings.pongTimeout);
  }

  #missPong(): void {
    const { clock, settings } = this.server;
    if (!this.#lanes.isFull) return this.close(DisconnectCode.NoPong, "no pong");
    // It may have come, and not have been read: no more is read while so much is under way.
    this.#ping = clock.setTimeout(() => {
      if (this.#awaitsPong) this.#missPong();
      else this.#sendPing();
    }, settings.pingInterval);
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

  #end({ code, reason }: CloseInfo): void {
    const { clock } = this.server;
    const wasConnected = this.#state === "connected";
    this.#state = "closed";
    clock.clearTimeout(this.#stale);
    clock.clearTimeout(this.#ping);
    clock.clearTimeout(this.#expiry);
    for (const subscription of this.subscriptions.values()) this.leave(subscription, code, reason);
    this.server.disconnected(this, wasConnected, code, reason);
  }
}
