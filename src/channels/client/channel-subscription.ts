/**
 * A subscription of a client's, through all its connections.
 *
 * @module
 */

import { backoff } from "../../connection/backoff.ts";
import type { BackoffOptions } from "../../connection/backoff.ts";
import type { StreamPosition } from "../../engine/position.ts";
import { ClosedError, StateError, TimeoutError } from "../../errors.ts";
import type { Clock, Timer } from "../../util/clock.ts";
import { Deferred } from "../../util/deferred.ts";
import { quiet } from "../../util/quiet.ts";
import { SUBSCRIBE_AGAIN, SUBSCRIPTION_EXPIRED, TOKEN_EXPIRED } from "../protocol/codes.ts";
import { ChannelError } from "../server/errors.ts";
import type { Calls } from "./calls.ts";
import { Items } from "./items.ts";
import { MemberMap } from "./member-map.ts";
import { copyJson, toMembers, toPublication } from "./read.ts";
import { Refresher } from "./refresher.ts";
import type {
  CallOptions,
  Gap,
  ChannelHistory,
  HistoryOptions,
  Members,
  Publication,
  SubscribeOptions,
  Subscription,
} from "./types.ts";
import type {
  Ending,
  Expiring,
  PresenceResult,
  Push,
  SubscribeResult,
  WirePublication,
} from "./wire.ts";

/** What a subscription needs of its client. */
export interface SubscriptionHost {
  readonly calls: Calls;
  readonly clock: Clock;
  readonly backoff: BackoffOptions;
  /** How long something must have lasted for the delays to start from the beginning, in milliseconds. */
  readonly stableAfter: number;
  /** Sends a line; `undefined` while the client is not connected. */
  readonly write: ((line: string) => unknown) | undefined;
  /** Sends a line now, or as soon as the client is connected over the connection that there is. */
  tell(line: string): void;
  publish(channel: string, data: never, options?: CallOptions): Promise<void>;
  history<T>(channel: string, options?: HistoryOptions): Promise<ChannelHistory<T>>;
  /** The server doesn't answer. */
  fail(error: unknown): void;
  /** The subscription has ended. */
  ended(subscription: ChannelSubscription): void;
}

const GAP: Gap = { type: "gap" };

export class ChannelSubscription<T = unknown> implements Subscription<T> {
  readonly channel: string;
  readonly isServerSide: boolean;
  readonly #host: SubscriptionHost;
  readonly #options: SubscribeOptions;
  readonly #items: Items<Publication<T> | Gap>;
  readonly #members: MemberMap | undefined;
  readonly #refresher: Refresher;
  readonly #ready = new Deferred<void>();
  #state: Subscription["state"] = "subscribing";
  #position: StreamPosition | undefined;
  #data: unknown;
  #token: string | undefined;
  /** Counts what was begun: answers to what came before don't matter any more. */
  #round = 0;
  /** Something is under way that ends in being subscribed, or in an error. */
  #isBusy = false;
  /** The server has been asked, and may think that the client is subscribed. */
  #isAsked = false;
  /** There is something that the publications have to go on from. */
  #hasBegun: boolean;
  /** Publications are left out until those that wait have been read. */
  #overflows = false;
  /** The last item that was put to the others is a gap. */
  #endsInGap = false;
  #attempt = 0;
  #subscribedAt = 0;
  #timer: Timer;

  constructor(host: SubscriptionHost, channel: string, options: SubscribeOptions) {
    const { since, token, presence, server = false, maxQueue = 1_048_576 } = options;
    this.#host = host;
    this.channel = channel;
    this.isServerSide = server;
    this.#options = { ...options, data: copyJson(options.data) };
    this.#items = new Items(maxQueue, () => this.#drained());
    this.#members = presence ? new MemberMap() : undefined;
    this.#refresher = new Refresher(host.clock, host.backoff, () => this.#renew());
    this.#position = since;
    this.#hasBegun = since !== undefined;
    this.#token = token;
    void quiet(this.#ready.promise);
  }

  // ---- to the application

  get state(): Subscription["state"] {
    return this.#state;
  }

  get position(): StreamPosition | undefined {
    return this.#position;
  }

  get data(): unknown {
    return this.#data;
  }

  get presence(): Members {
    if (this.#members) return this.#members;
    throw new StateError("subscribe with `presence: true`");
  }

  ready(): Promise<void> {
    return this.#ready.promise;
  }

  publish(data: T, options?: CallOptions): Promise<void> {
    return this.#host.publish(this.channel, data as never, options);
  }

  history(options?: HistoryOptions): Promise<ChannelHistory<T>> {
    return this.#host.history(this.channel, options);
  }

  unsubscribe(): Promise<void> {
    return this.end(undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unsubscribe();
  }

  [Symbol.asyncIterator](): AsyncIterator<Publication<T> | Gap> {
    return this.#items[Symbol.asyncIterator]();
  }

  // ---- from the client

  /** What the server needs to know to go on from here. */
  get recovery(): object {
    return this.#position ? { recover: true, ...this.#position } : {};
  }

  /** Asks the server, now or when there is a token, if that is not under way. */
  start(write: (line: string) => unknown): void {
    if (this.isServerSide || this.#isBusy || this.#state !== "subscribing") return;
    this.#isBusy = true;
    const { getToken } = this.#options;
    if (getToken && this.#token === undefined) this.#awaitToken();
    else this.#ask(write);
  }

  /** The connection has gone. */
  disconnected(): void {
    if (this.#state !== "ended") this.#pause();
    this.#isAsked = false;
  }

  /** The client is subscribed: it asked to be, or the server made it so. */
  subscribed(result: SubscribeResult, size: number): void {
    const { recoverable, recovered, epoch = "", offset = 0, publications = [] } = result;
    this.#data = result.data;
    this.#isBusy = false;
    this.#isAsked = true;
    this.#state = "subscribed";
    this.#members?.expect();
    const { write } = this.#host;
    if (this.isServerSide && write) this.#list(write);
    this.#subscribedAt = this.#host.clock.now();
    const from = recovered ? (this.#position?.offset ?? offset) : offset;
    this.#position = recoverable ? { offset: from, epoch } : undefined;
    if (this.#hasBegun && !recovered) this.#showGap();
    this.#hasBegun = true;
    for (const publication of publications) {
      if (this.#state === "subscribed") this.#publication(publication, size / publications.length);
    }
    this.#refresher.schedule(this.#options.getToken ? result : {});
    this.#ready.resolve();
  }

  /** The server says something about the channel. */
  push(push: Push, size: number): void {
    if (push.unsubscribe) return this.#unsubscribed(push.unsubscribe);
    // (What belongs to an earlier subscription can still come before the answer.)
    if (this.#state !== "subscribed") return;
    if (push.pub) this.#publication(push.pub, size);
    else if (push.advance) this.#moveTo(push.advance.offset);
    else if (push.join) this.#members?.join(push.join.info);
    else if (push.leave) this.#members?.leave(push.leave.info);
  }

  /** Ends it for good; resolves when the server knows. */
  end(error: unknown): Promise<void> {
    if (this.#state === "ended") return Promise.resolve();
    const told = this.#leave();
    this.#pause();
    this.#state = "ended";
    this.#items.end(error);
    this.#members?.end();
    this.#ready.reject(error ?? new ClosedError(UNSUBSCRIBED));
    this.#host.ended(this as ChannelSubscription);
    return told;
  }

  // ---- subscribing

  #awaitToken(): void {
    const round = this.#round;
    this.#getToken().then(
      () => {
        if (round === this.#round) this.#resume();
      },
      (error: unknown) => round === this.#round && this.#failed(error),
    );
  }

  async #getToken(): Promise<string> {
    const { channel } = this;
    return (this.#token = (await this.#options.getToken?.({ channel })) ?? "");
  }

  #ask(write: (line: string) => unknown): void {
    const { channel, recovery } = this;
    const { data } = this.#options;
    this.#isAsked = true;
    const join_leave = !!this.#members;
    const params = { channel, token: this.#token, data, join_leave, ...recovery };
    const succeed = (result: SubscribeResult, size: number): void => this.subscribed(result, size);
    write(this.#prepare("subscribe", params, succeed));
    // In one go: the server answers one after the other.
    this.#list(write);
  }

  /** Asks who is there. */
  #list(write: (line: string) => unknown): void {
    const { channel } = this;
    const members = this.#members;
    if (!members) return;
    const succeed = (result: PresenceResult): void => members.replace(toMembers(result.presence));
    write(this.#prepare("presence", { channel }, succeed));
  }

  #prepare(method: string, params: object, succeed: (result: never, size: number) => void): string {
    const round = this.#round;
    return this.#host.calls.prepare<never>(method, params, {
      resolve: (result, size) => {
        if (round === this.#round) succeed(result, size);
      },
      reject: (error) => {
        if (round === this.#round) this.#failed(error);
      },
    });
  }

  #failed(error: unknown): void {
    if (error instanceof TimeoutError) return this.#host.fail(error);
    // (Otherwise it was the list of members that was refused.)
    if (this.#state !== "subscribed") this.#isAsked = false;
    const isRefused = error instanceof ChannelError;
    const isExpired = isRefused && error.errorCode === TOKEN_EXPIRED;
    if (isExpired && this.#options.getToken) this.#token = undefined;
    else if (isRefused && !error.temporary) return void this.end(error);
    this.#again(error);
  }

  /** Starts anew in a while. */
  #again(error: unknown): void {
    void this.#leave();
    this.#pause();
    this.#isBusy = true;
    const delay = backoff(this.#attempt++, error, this.#host.backoff);
    this.#timer = this.#host.clock.setTimeout(() => this.#resume(), delay);
  }

  /** Goes on with what it was waiting with; without a connection the next one does. */
  #resume(): void {
    this.#isBusy = false;
    const { write } = this.#host;
    if (write) this.start(write);
  }

  #unsubscribed({ code = 0, reason }: Ending): void {
    const isLive = this.#state === "subscribed";
    // (Otherwise it may be of what was before, and the server be about to subscribe the client anew.)
    if (isLive) this.#isAsked = false;
    const error = new ChannelError(code, reason);
    if (code < SUBSCRIBE_AGAIN) return void this.end(error);
    if (!isLive) return;
    if (code === SUBSCRIPTION_EXPIRED && this.#options.getToken) this.#token = undefined;
    if (this.isServerSide) this.#pause();
    else this.#again(error);
  }

  /** It is not subscribed any more, and nothing is under way. */
  #pause(): void {
    const { clock, stableAfter } = this.#host;
    const isStable = clock.now() - this.#subscribedAt >= stableAfter;
    if (this.#state === "subscribed" && isStable) this.#attempt = 0;
    this.#state = "subscribing";
    this.#round++;
    this.#isBusy = false;
    this.#refresher.stop();
    clock.clearTimeout(this.#timer);
  }

  /** Tells the server, if it has to be told. */
  #leave(): Promise<void> {
    const { calls } = this.#host;
    if (!this.#isAsked) return Promise.resolve();
    this.#isAsked = false;
    const told = new Deferred<void>();
    const { resolve } = told;
    const settlers = { resolve: () => resolve(), reject: () => resolve() };
    this.#host.tell(calls.prepare("unsubscribe", { channel: this.channel }, settlers));
    return told.promise;
  }

  async #renew(): Promise<Expiring> {
    const token = await this.#getToken();
    return this.#host.calls.request("sub_refresh", { channel: this.channel, token });
  }

  // ---- what is published

  #publication(publication: WirePublication, size: number): void {
    const { offset } = publication;
    if (this.#overflows || !this.#items.fits(size)) {
      this.#overflows = true;
      this.#moveTo(offset);
      return;
    }
    if (!this.#moveTo(offset)) return;
    this.#endsInGap = false;
    this.#items.push(toPublication<T>(publication), size);
  }

  /** Whether what is at `offset` is new, and comes next. */
  #moveTo(offset: number | undefined): boolean {
    const position = this.#position;
    if (!offset || !position) return true;
    // What is left out is asked for again, by who can subscribe again.
    if (offset <= position.offset || (this.#overflows && !this.isServerSide)) return false;
    if (offset > position.offset + 1 && !this.#bridge()) return false;
    this.#position = { offset, epoch: position.epoch };
    return true;
  }

  /** Something was missed. Returns whether to go on all the same. */
  #bridge(): boolean {
    if (this.isServerSide) {
      this.#showGap();
      return true;
    }
    this.#again(undefined);
    return false;
  }

  #showGap(): void {
    if (this.#options.gaps === "ignore" || (this.#endsInGap && !this.#items.isEmpty)) return;
    this.#endsInGap = true;
    this.#items.push(GAP, 0);
  }

  /** What waited has been read. */
  #drained(): void {
    if (!this.#overflows) return;
    this.#overflows = false;
    if (this.isServerSide || !this.#position) return this.#showGap();
    if (this.#state !== "subscribed") return;
    void this.#leave();
    this.#pause();
    this.#resume();
  }
}

/** Why `ready` never came. */
const UNSUBSCRIBED = { code: 1000, reason: "", wasClean: true, initiator: "local" } as const;
