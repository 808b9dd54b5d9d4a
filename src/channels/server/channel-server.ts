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
import type { HttpHandler } from "../../http/handler.ts";
import { systemClock } from "../../util/clock.ts";
import type { Clock, Timer } from "../../util/clock.ts";
import { DisconnectCode, ErrorCode } from "../protocol/codes.ts";
import type { Codec } from "../protocol/codec.ts";
import { jsonCodec } from "../protocol/json-codec.ts";
import { protobufCodec } from "../protocol/protobuf-codec.ts";
import type { ClientInfo, Data, HistoryResult } from "../protocol/messages.ts";
import type {
  Channels,
  ConnectionFacts,
  HistoryQuery,
  NodeInfo,
  PublishOptions,
} from "./channels.ts";
import { commands } from "./commands/commands.ts";
import { checkData, checkOptionalData } from "./data.ts";
import { Streaming } from "./emulation/streaming.ts";
import { ChannelError, DisconnectError, disconnectProblem } from "./errors.ts";
import { encodeEvent } from "./events.ts";
import type { ChannelEvent } from "./events.ts";
import { Expiry } from "./expiry.ts";
import type { ChannelsEvent, Extension, Hooks, TokenVerifier } from "./hooks.ts";
import { Namespaces } from "./namespaces.ts";
import type { ChannelName } from "./namespaces.ts";
import { resolveOptions } from "./options.ts";
import type { ChannelsOptions, Settings } from "./options.ts";
import { matcherOf } from "./pattern.ts";
import { PresenceKeeper } from "./presence-keeper.ts";
import { readHistory, readPresence } from "./read.ts";
import { Registry } from "./registry.ts";
import type { ClientFilter } from "./registry.ts";
import { isPast, Remote } from "./remote.ts";
import { Session } from "./session.ts";
import type { CommandEntry, Logger, PublicationInit, SessionServer } from "./session-server.ts";
import { infoIn } from "./subscription.ts";
import type { Subscription } from "./subscription.ts";
import { topicOf } from "./topic.ts";
import { Topics } from "./topics.ts";

/** Of the protocol, as it is told to clients. */
const VERSION = "1.0.0";

/** Clients that speak Protobuf ask for this subprotocol; those that speak JSON for none. */
const PROTOBUF = "centrifuge-protobuf";

export class ChannelServer implements Channels, SessionServer {
  readonly commands: readonly CommandEntry[] = commands;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly engine: Engine;
  readonly hooks: Hooks;
  readonly tokens: TokenVerifier | undefined;
  readonly namespaces: Namespaces;
  readonly topics: Topics;
  readonly version: string = VERSION;
  readonly subprotocols: readonly string[] = [PROTOBUF];
  readonly #onEvent: ((event: ChannelsEvent) => void) | undefined;
  readonly #ownsEngine: boolean;
  readonly #registry = new Registry();
  /** Everybody, those included that have not said yet who they are. */
  readonly #sessions = new Set<Session>();
  readonly #running = new Set<Promise<void>>();
  readonly #remote: Remote;
  readonly #streaming: Streaming;
  readonly #startTime: number;
  readonly #presence: PresenceKeeper;
  #dropped = 0;
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
    checkPersonal(this.settings, this.namespaces);
    this.#onEvent = options.onEvent;
    this.topics = new Topics(this.engine, {
      occupied: (channel) => this.#tell({ type: "occupied", channel }),
      vacated: (channel) => this.#tell({ type: "vacated", channel }),
      engineFailed: (error) => this.#engineFailed(error),
    });
    this.#startTime = clock.now();
    this.#remote = new Remote(this, this.#registry, (error) => this.#engineFailed(error));
    this.#streaming = new Streaming(this, options.streaming ?? {});
    this.#presence = new PresenceKeeper({
      engine: this.engine,
      clock,
      sessions: this.#registry,
      ttl: this.settings.presenceTtl,
      failed: (error) => this.#engineFailed(error),
    });
    this.#schedulePositions();
  }

  get streamHandler(): HttpHandler {
    return this.#streaming.stream;
  }

  get emulationHandler(): HttpHandler {
    return this.#streaming.emulation;
  }

  readonly handler = (connection: Connection): Promise<void> => {
    const codec = connection.subprotocol === PROTOBUF ? protobufCodec : jsonCodec;
    return this.serveClient(connection, codec, "websocket");
  };

  /** Serves one client, whatever it came over. `id` is that of its session, if it has to be known before. */
  async serveClient(
    connection: Connection,
    codec: Codec,
    transport: "websocket" | "http_stream",
    id?: string,
  ): Promise<void> {
    const session = new Session(this, connection, codec, transport, id);
    if (this.#isClosed) session.close(DisconnectCode.Shutdown, "shutdown");
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
      data: checkData(data),
      tags: tags && new Map(Object.entries(tags)),
      skipHistory,
      key: idempotencyKey,
      exclude,
    });
  }

  async subscribe(
    filter: ClientFilter,
    channel: string,
    options: Parameters<Channels["subscribe"]>[2] = {},
  ): Promise<void> {
    this.namespaces.find(channel);
    if (isPast(options.expireAt)) throw new ChannelError(ErrorCode.Expired);
    const info = checkOptionalData(options.info, "info");
    const data = checkOptionalData(options.data, "data");
    await this.#remote.command({ ...options, info, data, ...filter, do: "subscribe", channel });
  }

  async unsubscribe(filter: ClientFilter, channel: string): Promise<void> {
    this.namespaces.find(channel);
    await this.#remote.command({ ...filter, do: "unsubscribe", channel });
  }

  async disconnect(
    filter: ClientFilter,
    {
      code = DisconnectCode.ForceNoReconnect,
      reason = "force disconnect",
      whitelist,
    }: Parameters<Channels["disconnect"]>[1] = {},
  ): Promise<void> {
    const problem = disconnectProblem(code, reason);
    if (problem !== undefined) throw new ChannelError(ErrorCode.BadRequest, problem);
    await this.#remote.command({ ...filter, do: "disconnect", code, reason, whitelist });
  }

  async refresh(
    filter: ClientFilter,
    { expired = false, expireAt, info }: Parameters<Channels["refresh"]>[1],
  ): Promise<void> {
    const checked = checkOptionalData(info, "info");
    await this.#remote.command({ ...filter, do: "refresh", expired, expireAt, info: checked });
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
    const matches = matcherOf(pattern);
    for (const { name, size } of this.topics) {
      if (matches(name.channel)) found.set(name.channel, { clients: size });
    }
    return found;
  }

  async connections({
    user,
    channel,
  }: { user?: string | undefined; channel?: string | undefined } = {}): Promise<
    readonly ConnectionFacts[]
  > {
    // (As a filter for commands, no name is nobody; here it is those without one.)
    const found = user ? this.#registry.find({ user }) : [...this.#registry];
    return found
      .filter((session) => user === undefined || session.user === user)
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
    this.clock.clearTimeout(this.#positionTimer);
    for (const session of this.#sessions) session.close(DisconnectCode.Shutdown, "shutdown");
    await Promise.all(this.#running);
    this.#streaming.stop();
    await this.#remote.stop();
    this.topics.stop();
    await this.#presence.stop();
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

  async open(session: Session, subscription: Subscription): Promise<void> {
    const { topics } = this;
    const topic = topics.join(subscription.name, subscription);
    subscription.topic = topic;
    await topic.ready;
    if (subscription.isEnded || !subscription.hasPresence) return;
    await this.#presence.add(session, subscription);
  }

  opened(session: Session, subscription: Subscription): void {
    const { name, tellsJoinLeave, expireAt } = subscription;
    if (tellsJoinLeave)
      this.#announce(name, { type: "join", info: infoIn(subscription, session.info) });
    if (expireAt !== undefined) this.extendSubscription(session, subscription, { expireAt });
  }

  left(session: Session, subscription: Subscription, code: number, reason: string): void {
    const { name, topic, hasPresence, tellsJoinLeave } = subscription;
    subscription.expiry?.clear();
    if (topic) this.topics.leave(topic, subscription);
    if (hasPresence) this.#presence.remove(session, subscription);
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
    subscription.expireAt = expireAt;
    if (info !== undefined) {
      subscription.info = info;
      this.#presence.keep(session);
    }
    subscription.expiry ??= new Expiry(
      this.clock,
      () => void session.expireSubscription(subscription),
    );
    const grace = subscription.isRefreshedHere ? 0 : this.settings.expiryGrace;
    subscription.expiry.set(expireAt, grace);
  }

  keepPresence(session: Session): void {
    this.#presence.keep(session);
  }

  dismiss(session: Session): void {
    this.#registry.delete(session);
  }

  disconnected({ client, user }: Session, code: number, reason: string): void {
    this.#tell({ type: "disconnect", client, user, code, reason });
  }

  // ---- its own

  #announce({ channel }: ChannelName, event: ChannelEvent): void {
    this.engine.bus
      .publish(topicOf(channel), encodeEvent(event))
      .catch((error: unknown) => this.#engineFailed(error));
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

/** (Otherwise nobody could connect.) */
function checkPersonal({ personal }: Settings, namespaces: Namespaces): void {
  if (personal === undefined || namespaces.has(personal)) return;
  throw new RangeError(`personal is ${JSON.stringify(personal)}, and there is no such namespace`);
}
