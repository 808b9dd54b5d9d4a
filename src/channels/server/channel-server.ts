/**
 * The server of channels: its clients, the channels that they are in, and what backends ask of it.
 *
 * @module
 */

import type { Connection } from "../../connection/connection.ts";
import type { Engine } from "../../engine/engine.ts";
import { memoryEngine } from "../../engine/memory/memory-engine.ts";
import type { Presence } from "../../engine/presence.ts";
import type { StreamPosition } from "../../engine/position.ts";
import { systemClock } from "../../util/clock.ts";
import type { Clock, Timer } from "../../util/clock.ts";
import { DisconnectCode, ErrorCode } from "../protocol/codes.ts";
import type { Codec } from "../protocol/codec.ts";
import { jsonCodec } from "../protocol/json-codec.ts";
import type { ClientInfo, Data, HistoryResult } from "../protocol/messages.ts";
import type {
  Channels,
  ConnectionFacts,
  HistoryQuery,
  NodeInfo,
  PublishOptions,
} from "./channels.ts";
import { commands } from "./commands/commands.ts";
import { ChannelError, checkDisconnectCode, DisconnectError } from "./errors.ts";
import { clientInfoText, encodeEvent } from "./events.ts";
import type { ChannelEvent } from "./events.ts";
import type { ChannelsEvent, Extension, Hooks, TokenVerifier } from "./hooks.ts";
import { Namespaces } from "./namespaces.ts";
import type { ChannelName } from "./namespaces.ts";
import { resolveOptions } from "./options.ts";
import type { ChannelsOptions, Settings } from "./options.ts";
import { readHistory, readPresence } from "./read.ts";
import { isLike } from "./pattern.ts";
import { Registry } from "./registry.ts";
import type { ClientFilter } from "./registry.ts";
import { Remote } from "./remote.ts";
import { Session } from "./session.ts";
import type { Logger, PublicationInit, SessionServer } from "./session-server.ts";
import { infoIn } from "./subscription.ts";
import type { Subscription } from "./subscription.ts";
import { topicOf } from "./topic.ts";
import { Topics } from "./topics.ts";

/** Of the protocol, as it is told to clients. */
const VERSION = "1.0.0";

export class ChannelServer implements Channels, SessionServer {
  readonly commands: SessionServer["commands"] = commands;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly engine: Engine;
  readonly hooks: Hooks;
  readonly tokens: TokenVerifier | undefined;
  readonly namespaces: Namespaces;
  readonly topics: Topics;
  readonly version: string = VERSION;
  readonly subprotocols: readonly string[] = ["centrifuge-json"];
  readonly #onEvent: ((event: ChannelsEvent) => void) | undefined;
  readonly #ownsEngine: boolean;
  readonly #registry = new Registry();
  /** Everybody, those included that have not said yet who they are. */
  readonly #sessions = new Set<Session>();
  readonly #running = new Set<Promise<void>>();
  readonly #remote: Remote;
  readonly #startTime: number;
  #dropped = 0;
  #presenceTimer: Timer;
  #positionTimer: Timer;
  #isClosed = false;

  constructor(options: ChannelsOptions) {
    const { clock = systemClock, engine, logger = console } = options;
    this.settings = resolveOptions(options);
    this.clock = clock;
    this.logger = logger;
    this.#ownsEngine = engine === undefined;
    this.engine = engine ?? memoryEngine({ clock });
    this.hooks = options.hooks ?? {};
    this.tokens = options.tokens;
    this.namespaces = new Namespaces(options.namespaces ?? {});
    this.#onEvent = options.onEvent;
    this.topics = new Topics(this.engine, {
      occupied: (channel) => this.#tell({ type: "occupied", channel }),
      vacated: (channel) => this.#tell({ type: "vacated", channel }),
      engineFailed: (error) => this.#engineFailed(error),
    });
    this.#startTime = clock.now();
    this.#remote = new Remote(this, this.#registry, (error) => this.#engineFailed(error));
    this.#schedulePresence();
    this.#schedulePositions();
  }

  readonly handler = (connection: Connection): Promise<void> => {
    return this.serveClient(connection, jsonCodec, "websocket");
  };

  /** Serves one client, whatever it came over. */
  async serveClient(
    connection: Connection,
    codec: Codec,
    transport: "websocket" | "http_stream",
  ): Promise<void> {
    const session = new Session(this, connection, codec, transport);
    if (this.#isClosed) return session.close(DisconnectCode.Shutdown, "shutdown");
    this.#sessions.add(session);
    const running = session.run();
    this.#running.add(running);
    try {
      await running;
    } finally {
      this.#running.delete(running);
      this.#sessions.delete(session);
      this.#dropped += connection.dropped;
    }
  }

  // ---- for applications

  async publish(
    channel: string,
    data: Data,
    { tags, skipHistory, idempotencyKey, exclude }: PublishOptions = {},
  ): Promise<StreamPosition | undefined> {
    return this.publishTo(this.namespaces.find(channel), {
      data,
      tags: tags && new Map(Object.entries(tags)),
      skipHistory,
      key: idempotencyKey,
      exclude,
    });
  }

  subscribe(filter: ClientFilter, channel: string, options: object = {}): Promise<void> {
    this.namespaces.find(channel);
    return this.#remote.command({ ...options, ...filter, do: "subscribe", channel });
  }

  unsubscribe(filter: ClientFilter, channel: string): Promise<void> {
    return this.#remote.command({ ...filter, do: "unsubscribe", channel });
  }

  disconnect(
    filter: ClientFilter,
    {
      code = DisconnectCode.ForceNoReconnect,
      reason = "force disconnect",
      whitelist,
    }: Parameters<Channels["disconnect"]>[1] = {},
  ): Promise<void> {
    checkDisconnectCode(code);
    return this.#remote.command({ ...filter, do: "disconnect", code, reason, whitelist });
  }

  refresh(
    filter: ClientFilter,
    { expired = false, expireAt, info }: Parameters<Channels["refresh"]>[1],
  ): Promise<void> {
    return this.#remote.command({ ...filter, do: "refresh", expired, expireAt, info });
  }

  async presence(channel: string): Promise<ReadonlyMap<string, ClientInfo>> {
    const { store, topic } = this.#presenceOf(channel);
    return readPresence(store, topic);
  }

  async presenceStats(channel: string): Promise<{ clients: number; users: number }> {
    const { store, topic } = this.#presenceOf(channel);
    return store.count(topic);
  }

  async history(
    channel: string,
    { limit = -1, since, reverse }: HistoryQuery = {},
  ): Promise<HistoryResult> {
    const { namespace } = this.namespaces.find(channel);
    const { streams } = this.engine;
    if (!namespace.history || !streams) throw new ChannelError(ErrorCode.NotAvailable);
    return readHistory(streams, topicOf(channel), {
      limit,
      ...(since && { since }),
      ...(reverse && { reverse }),
    });
  }

  async removeHistory(channel: string): Promise<void> {
    const { namespace } = this.namespaces.find(channel);
    if (!namespace.history || !this.engine.streams) throw new ChannelError(ErrorCode.NotAvailable);
    await this.engine.streams.remove(topicOf(channel));
  }

  async channels(pattern = "*"): Promise<ReadonlyMap<string, { clients: number }>> {
    const found = new Map<string, { clients: number }>();
    for (const { name, size } of this.topics) {
      if (isLike(name.channel, pattern)) found.set(name.channel, { clients: size });
    }
    return found;
  }

  async connections({
    user,
    channel,
  }: { user?: string | undefined; channel?: string | undefined } = {}): Promise<
    readonly ConnectionFacts[]
  > {
    const found = user === undefined ? [...this.#registry] : this.#registry.find({ user });
    return found
      .filter(({ subscriptions }) => channel === undefined || subscriptions.has(channel))
      .map(({ client, user, id, transport, codec, subscriptions }) => ({
        client,
        user,
        session: id,
        transport,
        encoding: codec.name,
        channels: [...subscriptions.keys()],
      }));
  }

  async info(): Promise<readonly NodeInfo[]> {
    let subscriptions = 0;
    let channels = 0;
    for (const { size } of this.topics) {
      channels++;
      subscriptions += size;
    }
    let dropped = this.#dropped;
    for (const { connection } of this.#sessions) dropped += connection.dropped;
    return [
      {
        uid: this.engine.bus.node,
        version: this.version,
        num_clients: this.#registry.size,
        num_users: this.#registry.users,
        num_subs: subscriptions,
        num_channels: channels,
        uptime: Math.round(this.clock.now() - this.#startTime),
        num_dropped: dropped,
      },
    ];
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.clock.clearTimeout(this.#presenceTimer);
    this.clock.clearTimeout(this.#positionTimer);
    for (const session of this.#sessions) session.close(DisconnectCode.Shutdown, "shutdown");
    await Promise.all(this.#running);
    await this.#remote.stop();
    this.topics.stop();
    if (this.#ownsEngine) await this.engine.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // ---- for sessions

  async publishTo(
    { channel, namespace }: ChannelName,
    { data, info, tags, skipHistory = false, key, exclude }: PublicationInit,
  ): Promise<StreamPosition | undefined> {
    const { bus, streams } = this.engine;
    const topic = topicOf(channel);
    const text = encodeEvent({ type: "publication", publication: { data, info, tags }, exclude });
    const { size, ttl } = (!skipHistory && namespace.history) || { size: 0, ttl: 0 };
    if (size === 0 && key === undefined) {
      await bus.publish(topic, text);
      return undefined;
    }
    if (!streams) throw new ChannelError(ErrorCode.NotAvailable);
    const { position } = await streams.append(topic, text, { size, ttl, key });
    return position;
  }

  admit(session: Session): void {
    if (this.#isClosed) throw new DisconnectError(DisconnectCode.Shutdown, "shutdown");
    const { maxClients, maxClientsPerUser } = this.settings;
    const { user } = session;
    const isFull = user !== "" && this.#registry.countOf(user) >= maxClientsPerUser;
    if (isFull || this.#registry.size >= maxClients) {
      throw new DisconnectError(DisconnectCode.ConnectionLimit, "connection limit");
    }
    this.#registry.add(session);
  }

  withdraw(session: Session): void {
    this.#registry.delete(session);
  }

  async open(session: Session, subscription: Subscription): Promise<void> {
    const { topics } = this;
    const topic = topics.join(subscription.name, subscription);
    subscription.topic = topic;
    await topic.ready;
    if (subscription.isEnded || !subscription.hasPresence) return;
    await this.#addPresence(session, subscription);
  }

  opened(session: Session, subscription: Subscription): void {
    const { name, tellsJoinLeave, expireAt } = subscription;
    if (tellsJoinLeave)
      this.#announce(name, { type: "join", info: infoIn(subscription, session.info) });
    if (expireAt !== undefined) this.extendSubscription(session, subscription, { expireAt });
  }

  left(session: Session, subscription: Subscription, code: number, reason: string): void {
    const { name, topic, hasPresence, tellsJoinLeave } = subscription;
    this.clock.clearTimeout(subscription.expiry);
    if (topic) this.topics.leave(topic, subscription);
    if (hasPresence) {
      subscription.presence = subscription.presence
        .then(() => this.engine.presence?.remove(topicOf(name.channel), session.client))
        .catch((error: unknown) => this.#engineFailed(error));
    }
    if (!subscription.wasLive) return;
    if (tellsJoinLeave)
      this.#announce(name, { type: "leave", info: infoIn(subscription, session.info) });
    const { client, user } = session;
    this.#tell({ type: "unsubscribe", client, user, channel: name.channel, code, reason });
  }

  extendSubscription(
    session: Session,
    subscription: Subscription,
    { expireAt, info }: Extension,
  ): void {
    if (subscription.isEnded) return;
    this.clock.clearTimeout(subscription.expiry);
    subscription.expireAt = expireAt;
    if (info !== undefined) subscription.info = info;
    if (expireAt === undefined) return;
    const grace = subscription.isRefreshedHere ? 0 : this.settings.expiryGrace;
    subscription.expiry = this.clock.setTimeout(
      () => void session.expireSubscription(subscription),
      Math.max(0, expireAt * 1000 - Date.now()) + grace,
    );
  }

  disconnected(session: Session, wasConnected: boolean, code: number, reason: string): void {
    const { client, user } = session;
    this.#registry.delete(session);
    if (wasConnected) this.#tell({ type: "disconnect", client, user, code, reason });
  }

  // ---- its own

  #announce({ channel }: ChannelName, event: ChannelEvent): void {
    this.engine.bus
      .publish(topicOf(channel), encodeEvent(event))
      .catch((error: unknown) => this.#engineFailed(error));
  }

  #addPresence(session: Session, subscription: Subscription): Promise<void> {
    const { channel } = subscription.name;
    const info = infoIn(subscription, session.info);
    const entry = { user: session.user, info: clientInfoText.encode(info) };
    const { presenceTtl } = this.settings;
    const done = subscription.presence.then(() =>
      this.engine.presence?.add(topicOf(channel), session.client, entry, presenceTtl),
    );
    subscription.presence = done.catch(() => {});
    return done;
  }

  #schedulePresence(): void {
    this.#presenceTimer = this.clock.setTimeout(() => {
      this.#schedulePresence();
      for (const session of this.#registry) {
        for (const subscription of session.subscriptions.values()) {
          if (!subscription.hasPresence || !subscription.isLive) continue;
          this.#addPresence(session, subscription).catch((error: unknown) =>
            this.#engineFailed(error),
          );
        }
      }
    }, this.settings.presenceTtl / 3);
  }

  #schedulePositions(): void {
    this.#positionTimer = this.clock.setTimeout(() => {
      this.#schedulePositions();
      for (const topic of this.topics) void topic.repair();
    }, this.settings.positionInterval);
  }

  #presenceOf(channel: string): { store: Presence; topic: string } {
    const { namespace } = this.namespaces.find(channel);
    const store = this.engine.presence;
    if (!namespace.presence || !store) throw new ChannelError(ErrorCode.NotAvailable);
    return { store, topic: topicOf(channel) };
  }

  #engineFailed(error: unknown): void {
    if (!this.#isClosed) this.logger.error("the engine failed", error);
  }

  #tell(event: ChannelsEvent): void {
    try {
      this.#onEvent?.(event);
    } catch (error) {
      this.logger.error("onEvent failed", error);
    }
  }
}
