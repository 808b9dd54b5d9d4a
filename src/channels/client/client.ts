/**
 * The client: its connections, one after the other, and what there is on them.
 *
 * @module
 */

import { backoff } from "../../connection/backoff.ts";
import { pause } from "../../connection/pause.ts";
import { isRefused } from "../../connection/reconnecting.ts";
import { ClosedError, FullduplexError, StateError } from "../../errors.ts";
import { systemClock } from "../../util/clock.ts";
import type { Clock } from "../../util/clock.ts";
import { Deferred } from "../../util/deferred.ts";
import { quiet } from "../../util/quiet.ts";
import { TOKEN_EXPIRED } from "../protocol/codes.ts";
import { ChannelError } from "../server/errors.ts";
import { Calls } from "./calls.ts";
import { ChannelSubscription } from "./channel-subscription.ts";
import type { SubscriptionHost } from "./channel-subscription.ts";
import { Latest } from "../../util/latest.ts";
import { Link } from "./link.ts";
import { copyJson, toMembers, toPublication } from "./read.ts";
import { Refresher } from "./refresher.ts";
import type {
  CallOptions,
  ChannelsClient,
  ChannelsClientOptions,
  ClientInfo,
  ClientStatus,
  ChannelHistory,
  HistoryOptions,
  Open,
  Payload,
  SubscribeOptions,
  Subscription,
} from "./types.ts";
import type {
  ConnectResult,
  Expiring,
  PresenceResult,
  Push,
  Reply,
  SubscribeResult,
  WirePublication,
} from "./wire.ts";

/** How it is closed from here. */
const CLOSED = { code: 1000, reason: "", wasClean: true, initiator: "local" } as const;

export class Client implements ChannelsClient, SubscriptionHost {
  readonly calls: Calls;
  readonly clock: Clock;
  readonly backoff: ChannelsClientOptions;
  readonly stableAfter: number;
  readonly #open: Open;
  readonly #options: ChannelsClientOptions;
  readonly #abort = new AbortController();
  readonly #closed = new Deferred<unknown>();
  readonly #status = new Latest<ClientStatus>({
    state: "connecting",
    attempt: 0,
    delay: undefined,
    error: undefined,
  });
  readonly #subscriptions = new Map<string, ChannelSubscription>();
  /** What the server has subscribed the client to and nobody has asked for yet. */
  readonly #offers = new Map<string, SubscribeResult>();
  /** What was to be sent when the server had not answered the first frame yet. */
  #untold: string[] = [];
  readonly #refresher: Refresher;
  #token: string | undefined;
  /** For the server's `connect` hook. */
  #data: Payload | undefined;
  #link: Link | undefined;
  /** When the connection was accepted by the server. */
  #connectedAt: number | undefined;

  constructor(open: Open, options: ChannelsClientOptions) {
    const { clock = systemClock, timeout = 10_000, maxPending = 1_048_576 } = options;
    this.clock = clock;
    this.calls = new Calls(clock, timeout, maxPending);
    this.backoff = options;
    this.stableAfter = options.stableAfter ?? 10_000;
    this.#open = open;
    this.#options = { ...options };
    this.#data = copyJson(options.data);
    this.#token = options.token;
    this.#refresher = new Refresher(clock, options, () => this.#renew());
    // (Subscriptions that are made at once go with the first frame.)
    queueMicrotask(() => void this.#run());
  }

  // ---- to the application

  get status(): ClientStatus {
    return this.#status.value;
  }

  get closed(): Promise<unknown> {
    return this.#closed.promise;
  }

  statuses(): AsyncIterable<ClientStatus> {
    return this.#status.watch();
  }

  connected(): Promise<void> {
    return quiet(this.#untilConnected());
  }

  subscribe<T>(channel: string, options: SubscribeOptions = {}): Subscription<T, never> {
    if (this.#isClosed) throw new StateError("the client is closed");
    if (this.#subscriptions.has(channel)) throw new StateError(`subscribed to ${channel} already`);
    const subscription = new ChannelSubscription<T>(this, channel, options);
    this.#subscriptions.set(channel, subscription as ChannelSubscription);
    const { write } = this;
    if (write) subscription.start(write);
    const offer = this.#offers.get(channel);
    if (offer && subscription.isServerSide) this.#accept(channel, offer, 0);
    return subscription as Subscription<T, never>;
  }

  publish(channel: string, data: Payload, options?: CallOptions): Promise<void> {
    return this.#ask("publish", { channel, data }, options, () => {});
  }

  history<T>(
    channel: string,
    { limit = -1, since, reverse, ...options }: HistoryOptions = {},
  ): Promise<ChannelHistory<T>> {
    type Result = { publications?: WirePublication[]; offset?: number; epoch?: string };
    const params = { channel, limit, since, reverse };
    return this.#ask("history", params, options, (result: Result) => ({
      publications: (result.publications ?? []).map((one) => toPublication<T>(one)),
      offset: result.offset ?? 0,
      epoch: result.epoch ?? "",
    }));
  }

  presence(channel: string, options?: CallOptions): Promise<ReadonlyMap<string, ClientInfo>> {
    return this.#ask("presence", { channel }, options, ({ presence }: PresenceResult) => {
      return toMembers(presence);
    });
  }

  presenceStats(
    channel: string,
    options?: CallOptions,
  ): Promise<{ clients: number; users: number }> {
    type Result = { num_clients?: number; num_users?: number };
    return this.#ask("presence_stats", { channel }, options, (result: Result) => ({
      clients: result.num_clients ?? 0,
      users: result.num_users ?? 0,
    }));
  }

  rpc<T>(method: string, data?: Payload, options?: CallOptions): Promise<T> {
    return this.#ask("rpc", { method, data }, options, (result: { data?: unknown }) => {
      return result.data as T;
    });
  }

  send(data: Payload, options?: CallOptions): Promise<void> {
    return this.calls.post("send", { data }, options);
  }

  async close(): Promise<void> {
    const link = this.#link;
    this.#finish(undefined);
    await link?.connection.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // ---- for subscriptions

  get write(): ((line: string) => unknown) | undefined {
    return this.status.state === "connected" ? this.#link?.write : undefined;
  }

  tell(line: string): void {
    const { write } = this;
    if (write) write(line);
    else this.#untold.push(line);
  }

  fail(error: unknown): void {
    this.#link?.fail(error);
  }

  ended({ channel }: ChannelSubscription): void {
    this.#subscriptions.delete(channel);
  }

  // ---- connecting

  get #isClosed(): boolean {
    return this.status.state === "closed";
  }

  /** One connection after the other, until the client is closed or must not come back. */
  async #run(): Promise<void> {
    const { clock, stableAfter } = this;
    const { signal } = this.#abort;
    for (let attempt = 0; !this.#isClosed; attempt++) {
      this.#connectedAt = undefined;
      const error = await this.#attempt();
      if (this.#isClosed) return;
      if (clock.now() - (this.#connectedAt ?? Infinity) >= stableAfter) attempt = 0;
      if (this.#isFatal(error)) return this.#finish(error);
      const delay = backoff(attempt, error, this.#options);
      this.#status.set({ state: "connecting", attempt: attempt + 1, delay, error });
      await pause(clock, delay, signal);
    }
  }

  /** Connects, and resolves with why there is no connection any more. */
  async #attempt(): Promise<unknown> {
    let connection;
    try {
      if (this.#token === undefined && this.#options.getToken) await this.#getToken();
      if (this.#options.getData) this.#data = copyJson(this.#options.getData());
      connection = await this.#open({ signal: this.#abort.signal });
    } catch (error) {
      return error;
    }
    if (this.#isClosed) return connection.close();
    const link = new Link(connection, this.clock, (reply, size) => this.#receive(reply, size));
    this.#link = link;
    const over = link.run();
    this.#greet(link);
    const error = await over;
    this.#lose(error);
    return error;
  }

  /** Who this is, and what it wants, in one frame. */
  #greet(link: Link): void {
    const { name, headers } = this.#options;
    const subscriptions = [...this.#subscriptions.values()];
    const subs = subscriptions
      .filter(({ isServerSide }) => isServerSide)
      .map(({ channel, recovery }) => [channel, recovery]);
    const params = {
      token: this.#token,
      data: this.#data,
      name,
      headers,
      subs: Object.fromEntries(subs),
    };
    const lines = [
      this.calls.prepare<ConnectResult>("connect", params, {
        resolve: (result, size) => this.#greeted(link, result, size),
        reject: (error) => link.fail(error),
      }),
    ];
    for (const subscription of subscriptions) subscription.start((line) => lines.push(line));
    void link.write(lines.join("\n"));
  }

  #greeted(link: Link, result: ConnectResult, size: number): void {
    const { client, data, ping = 0, pong = false, subs = {} } = result;
    this.#connectedAt = this.clock.now();
    this.#status.set({ state: "connected", client, data });
    link.watch(ping * 1000, this.#options.pingGrace ?? 10_000, pong);
    this.#expire(result);
    for (const [channel, made] of Object.entries(subs)) this.#accept(channel, made, size);
    for (const line of this.#untold.splice(0)) void link.write(line);
    for (const subscription of this.#subscriptions.values()) subscription.start(link.write);
    this.calls.open(link.write);
  }

  #lose(error: unknown): void {
    this.#link = undefined;
    this.#refresher.stop();
    this.#offers.clear();
    this.#untold = [];
    for (const subscription of this.#subscriptions.values()) subscription.disconnected();
    this.calls.close(error);
    if (error instanceof ChannelError && error.errorCode === TOKEN_EXPIRED) {
      this.#token = undefined;
    }
  }

  #finish(error: unknown): void {
    if (this.#isClosed) return;
    this.#status.set({ state: "closed", error });
    this.#status.end();
    this.#refresher.stop();
    for (const subscription of this.#subscriptions.values()) void subscription.end(error);
    this.calls.end(error ?? new ClosedError(CLOSED));
    this.#abort.abort();
    this.#closed.resolve(error);
  }

  /** Whether the client must not come back. */
  #isFatal(error: unknown): boolean {
    if (error instanceof ClosedError) {
      const { closeCode, initiator } = error;
      const isFinal = closeCode >= 4500 || (closeCode >= 3500 && closeCode < 4000);
      return isFinal && initiator === "remote";
    }
    if (!(error instanceof ChannelError)) return isRefused(error);
    const isExpired = error.errorCode === TOKEN_EXPIRED;
    return !error.temporary && !(isExpired && this.#options.getToken);
  }

  async #untilConnected(): Promise<void> {
    for await (const { state } of this.statuses()) if (state === "connected") return;
    const error: unknown = (await this.closed) ?? new ClosedError(CLOSED);
    throw error;
  }

  // ---- tokens

  async #getToken(): Promise<string> {
    try {
      const { signal } = this.#abort;
      return (this.#token = (await this.#options.getToken?.({ signal })) ?? "");
    } catch (cause) {
      if (cause instanceof ChannelError) throw cause;
      throw new FullduplexError("ERR_CONNECT", "getToken failed", { cause });
    }
  }

  async #renew(): Promise<Expiring> {
    return this.calls.request("refresh", { token: await this.#getToken() });
  }

  #expire(result: Expiring): void {
    if (this.#options.getToken) this.#refresher.schedule(result);
  }

  // ---- from the server

  #receive(reply: Reply, size: number): void {
    if (reply.push) this.#push(reply.push, size);
    else this.calls.settle(reply, size);
  }

  #push(push: Push, size: number): void {
    const { channel = "", subscribe, refresh, disconnect } = push;
    if (disconnect) {
      const { code = 0, reason = "" } = disconnect;
      this.fail(new ClosedError({ code, reason, wasClean: true, initiator: "remote" }));
    } else if (refresh) this.#expire(refresh);
    else if (subscribe) this.#accept(channel, subscribe, size);
    else if (this.#offers.has(channel)) this.#follow(channel, push);
    else this.#subscriptions.get(channel)?.push(push, size);
  }

  /** The server has made a subscription. */
  #accept(channel: string, result: SubscribeResult, size: number): void {
    const subscription = this.#subscriptions.get(channel);
    if (subscription?.isServerSide) {
      this.#offers.delete(channel);
      subscription.subscribed(result, size);
    } else this.#offers.set(channel, { ...result, publications: [] });
  }

  /** Whoever asks for it later goes on from there. */
  #follow(channel: string, { unsubscribe, pub, advance }: Push): void {
    const offset = pub?.offset ?? advance?.offset;
    if (unsubscribe) this.#offers.delete(channel);
    else if (offset) this.#offers.set(channel, { ...this.#offers.get(channel), offset });
  }

  // ---- commands

  #ask<T>(
    method: string,
    params: object,
    options: CallOptions | undefined,
    read: (result: never) => T,
  ): Promise<T> {
    return quiet(this.calls.request<never>(method, params, options).then(read));
  }
}
