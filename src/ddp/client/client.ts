/**
 * The client: its connections, one after the other, and what goes on from one to the next.
 *
 * @module
 */

import { ClosedError, LimitError, StateError } from "../../errors.ts";
import { systemClock } from "../../util/clock.ts";
import type { Clock } from "../../util/clock.ts";
import { quiet } from "../../util/quiet.ts";
import type { AnyDocument } from "../store/types.ts";
import type { Document } from "../live/documents.ts";
import { clone } from "../protocol/ejson/clone.ts";
import type { ServerMessage } from "../protocol/messages.ts";
import { secureRandom } from "../protocol/random/random.ts";
import { fromWireError } from "../protocol/wire-error.ts";
import { writeMessage } from "../protocol/write-message.ts";
import { Call } from "./call.ts";
import type { Outcome } from "./call.ts";
import { Calls } from "./calls.ts";
import type { CallsHost } from "./calls.ts";
import { Collection } from "./collection.ts";
import type { CollectionHost } from "./collection.ts";
import { CLOSED, Connector } from "./connector.ts";
import type { ConnectorHost, Continuity } from "./connector.ts";
import type { Invocation, InvocationHost } from "./invocation.ts";
import type { Link } from "./link.ts";
import type { LocalDocuments } from "./local-documents.ts";
import { Login } from "./login.ts";
import type { LoginHost } from "./login.ts";
import { Replica } from "./replica.ts";
import { Simulator } from "./simulator.ts";
import { Subscriptions } from "./subscriptions.ts";
import type { SubscriptionsHost } from "./subscriptions.ts";
import { Visibility } from "./visibility.ts";
import type { VisibilityHost } from "./visibility.ts";
import type {
  CallOptions,
  ClientStatus,
  ClientSubscription,
  CollectionOptions,
  DdpClient,
  DdpClientOptions,
  LocalCollection,
  LoginOptions,
  MethodCall,
  Open,
  Stub,
} from "./types.ts";

type Hosts = ConnectorHost &
  CallsHost &
  SubscriptionsHost &
  VisibilityHost &
  InvocationHost &
  CollectionHost &
  LoginHost;

declare const console: { error(...data: unknown[]): void };

/** A call that is a part of a stub, or was never begun: it has no message. */
const UNSENT = { id: "", options: {}, text: "" } as const;

export class Client implements DdpClient, Hosts {
  readonly clock: Clock;
  readonly #options: DdpClientOptions;
  readonly #logger: { error(...data: unknown[]): void };
  readonly #maxPending: number;
  /** What is called when it is closed. */
  readonly #onClosed = new Set<() => void>();
  readonly #replica: Replica;
  readonly #connector: Connector;
  readonly #calls: Calls = new Calls(this);
  readonly #subscriptions: Subscriptions = new Subscriptions(this);
  readonly #visibility: Visibility;
  readonly #simulator: Simulator = new Simulator(this);
  readonly #login: Login = new Login(this);
  /** The connection that takes messages now. */
  #link: Link | undefined;
  #lastCall = 0;
  /** Calls whose stubs run, or wait. */
  readonly #begun = new Set<Call>();

  constructor(open: Open, options: DdpClientOptions) {
    this.clock = options.clock ?? systemClock;
    this.#options = options;
    this.#logger = options.logger ?? console;
    this.#maxPending = options.maxPending ?? 10_000;
    this.#replica = new Replica((error) => this.#logger.error("an observer threw:", error));
    this.#visibility = new Visibility(this.#replica, this);
    const surroundings = { clock: this.clock, logger: this.#logger };
    this.#connector = new Connector(open, options, surroundings, this);
    queueMicrotask(() => void this.#connector.run());
  }

  // ---- to the application

  get status(): ClientStatus {
    return this.#connector.status.value;
  }

  statuses(): AsyncIterable<ClientStatus> {
    return this.#connector.status.watch();
  }

  get userId(): string | null {
    return this.status.userId;
  }

  call<Result>(method: string, ...params: unknown[]): MethodCall<Result> {
    return this.apply<Result>(method, params);
  }

  apply<Result>(
    method: string,
    params: readonly unknown[],
    options: CallOptions = {},
  ): MethodCall<Result> {
    const call = this.#apply(method, params, options, this.#simulator.get(method));
    return call as MethodCall<Result>;
  }

  methods(stubs: Readonly<Record<string, Stub>>): void {
    this.#simulator.define(stubs);
  }

  subscribe(publication: string, ...params: unknown[]): ClientSubscription {
    this.#checkOpen();
    if (this.#subscriptions.size >= this.#maxPending) throw this.#tooMany("subscriptions");
    const id = secureRandom.id();
    const text = writeMessage({ msg: "sub", id, name: publication, params });
    return this.#subscriptions.add(id, text);
  }

  collection<T extends Document = AnyDocument>(
    name: string,
    options?: CollectionOptions,
  ): LocalCollection<T> {
    const documents = this.#replica.collection(name);
    if (options) documents.configure(options);
    return new Collection<T>(this, documents);
  }

  login(credentials: Readonly<Record<string, unknown>>, options?: LoginOptions): Promise<string> {
    return quiet(this.#login.login(credentials, options));
  }

  logout(): Promise<void> {
    return quiet(this.#login.logout());
  }

  disconnect(): void {
    this.#connector.disconnect();
  }

  reconnect(): void {
    this.#connector.reconnect();
  }

  close(): Promise<void> {
    return this.#connector.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  // ---- from the connector

  connected(link: Link, continuity: Continuity): void {
    if (continuity === "other") this.#subscriptions.forgetStopped();
    const login = continuity === "same" ? undefined : this.#loginAgain();
    this.#link = link;
    this.#calls.resend(link, login);
    this.#subscriptions.resend(link, continuity === "same");
    if (continuity === "other") return this.#restart();
    this.#visibility.resume();
    return this.#visibility.updated(this.#calls.unretried());
  }

  received(message: ServerMessage): void {
    switch (message.msg) {
      case "added":
      case "changed":
      case "removed":
      case "addedBefore":
      case "movedBefore":
        return this.#visibility.receive(message);
      case "ready":
        return this.#visibility.ready(this.#subscriptions.answered(message.subs));
      case "updated":
        return this.#visibility.updated(this.#calls.updated(message.methods));
      case "nosub":
        return this.#ended(message.id ?? "", message.error);
      case "result":
        return this.#result(message.id, message);
      case "error":
        return this.#logger.error("a DDP server complains:", message.reason);
      default:
        return undefined;
    }
  }

  lost(): void {
    this.#link = undefined;
    // (What has come counts, even if no more comes.)
    this.#visibility.flush();
  }

  ended(reason: unknown): void {
    const error = reason ?? new ClosedError(CLOSED);
    this.#link = undefined;
    for (const call of this.#begun) call.fail(error);
    this.#begun.clear();
    this.#calls.end(error);
    this.#subscriptions.end(error);
    for (const callback of this.#onClosed) callback();
    this.#onClosed.clear();
  }

  // ---- for what it is made of

  get link(): Link | undefined {
    return this.#link?.isOver === true ? undefined : this.#link;
  }

  onClosed(callback: () => void): () => void {
    if (this.status.state === "closed") callback();
    else this.#onClosed.add(callback);
    return () => this.#onClosed.delete(callback);
  }

  get current(): Invocation | undefined {
    return this.#simulator.current;
  }

  sending(call: Call): void {
    // (If its data had come before the connection was lost, nothing more is said of that.)
    this.#visibility.sending(call.id, call.options.wait === true && !call.isUpdated);
  }

  outside(run: () => void): void {
    this.#simulator.outside(run);
  }

  isSent(call: string): boolean {
    return this.#calls.isSent(call);
  }

  visible(call: string): void {
    this.#calls.visible(call);
  }

  ready(subscription: string): void {
    this.#subscriptions.ready(subscription);
  }

  stopped(subscription: string): void {
    this.#visibility.unblock(subscription);
  }

  whenIdle(action: () => void): void {
    this.#simulator.whenIdle(action);
  }

  collectionIn<T extends Document>(invocation: Invocation, name: string): LocalCollection<T> {
    return new Collection<T>(this, this.#replica.collection(name), invocation);
  }

  callIn(invocation: Invocation, method: string, params: readonly unknown[]): MethodCall {
    return this.#nested(invocation, method, params, this.#simulator.get(method));
  }

  callWith(method: string, params: readonly unknown[], stub: Stub): MethodCall {
    return this.#apply(method, params, {}, stub);
  }

  write<R>(call: string, documents: LocalDocuments, run: () => R): R {
    return this.#replica.write(call, documents, run);
  }

  callAlone(method: string, params: readonly unknown[]): MethodCall {
    return this.apply(method, params, { wait: true });
  }

  prepareAlone(method: string, params: readonly unknown[]): Call {
    return this.#prepare(method, params, { wait: true });
  }

  setUserId(userId: string | null): void {
    const { status } = this.#connector;
    const isNews = status.value.userId !== userId && status.value.state !== "closed";
    if (isNews) status.set({ ...status.value, userId });
  }

  onToken(token: string | undefined): void {
    try {
      this.#options.onToken?.(token);
    } catch (error) {
      this.#logger.error("onToken threw:", error);
    }
  }

  // ---- calls

  #apply(
    method: string,
    params: readonly unknown[],
    options: CallOptions,
    stub: Stub | undefined,
  ): Call {
    const { current } = this;
    if (current) return this.#nested(current, method, params, stub);
    const refusal = this.#refusal();
    if (refusal) return this.#settled(method, { error: refusal });
    let call: Call;
    try {
      call = this.#prepare(method, params, options);
    } catch (error) {
      return this.#settled(method, { error });
    }
    // (The stub may run later, when the caller has changed them.)
    const copy = stub && clone(params);
    this.#begun.add(call);
    this.#simulator.whenIdle(() => this.#begin(call, stub, copy ?? []));
    return call;
  }

  #prepare(method: string, params: readonly unknown[], options: CallOptions): Call {
    const id = String(++this.#lastCall);
    return new Call({
      id,
      method,
      options,
      text: writeMessage({ msg: "method", method, params, id }),
    });
  }

  /** Simulates it and sends it, or lets it wait to be sent. */
  #begin(call: Call, stub: Stub | undefined, params: readonly unknown[]): void {
    const finished = (outcome: Outcome, seed?: string): void => {
      call.simulate(outcome);
      call.seed(seed);
      const isOver = !this.#begun.delete(call);
      if (outcome.error !== undefined && call.options.throwStubExceptions === true) {
        this.#visibility.undo(call.id);
        return call.fail(outcome.error);
      }
      if (outcome.error !== undefined) this.#logger.error("a stub failed:", outcome.error);
      // (The client was closed meanwhile.)
      return isOver ? this.#visibility.undo(call.id) : this.#calls.add(call);
    };
    if (!stub || !this.#begun.has(call)) return finished({});
    this.#visibility.flush();
    return this.#simulator.run(call, stub, params, finished);
  }

  #nested(
    parent: Invocation,
    method: string,
    params: readonly unknown[],
    stub: Stub | undefined,
  ): Call {
    const outcome = this.#simulator.nested(parent, method, params, stub);
    // (So a stub that goes on is the stub of a method that would go on.)
    if (outcome.error !== undefined) throw outcome.error as Error;
    return this.#settled(method, outcome);
  }

  /** A call that is over: a part of a stub, or one that can't be made. */
  #settled(method: string, outcome: Outcome): Call {
    const call = new Call({ ...UNSENT, method });
    call.simulate(outcome);
    call.receive(outcome);
    call.finish();
    return call;
  }

  /** It won't be answered, and nobody waits for it. */
  #abandon(call: Call): void {
    this.#calls.drop(call);
    this.#visibility.undo(call.id);
  }

  #result(id: string, { error, result }: { error?: unknown; result?: unknown }): void {
    this.#visibility.flush();
    this.#calls.receive(id, error === undefined ? { result } : { error: fromWireError(error) });
  }

  // ---- sessions

  /** The call that a session of a user begins with. (The former one goes first: what it has kept waiting is to wait for the other.) */
  #loginAgain(): Call | undefined {
    const { call, former } = this.#login.resume();
    if (former) this.#abandon(former);
    return call;
  }

  #ended(id: string, error: unknown): void {
    this.#visibility.unblock(id);
    this.#subscriptions.ended(id, error === undefined ? undefined : fromWireError(error));
  }

  /** There is another session: it hears of all again. */
  #restart(): void {
    const halfDone: string[] = [];
    const calls: string[] = [];
    for (const call of this.#calls) {
      call.isUpdated = call.isVisible = false;
      // (One that waits to be sent again isn't waited for: it may wait for this.)
      if (call.outcome) halfDone.push(call.id);
      else if (call.isSent) calls.push(call.id);
    }
    this.#visibility.restart({ subscriptions: this.#subscriptions.readyIds(), calls }, halfDone);
  }

  // ---- limits

  #checkOpen(): void {
    if (this.status.state === "closed") throw new StateError("the client is closed");
  }

  #refusal(): unknown {
    const { state, error } = this.status;
    if (state === "closed") return error ?? new ClosedError(CLOSED);
    const waiting = this.#calls.size + this.#begun.size;
    return waiting >= this.#maxPending ? this.#tooMany("calls that wait") : undefined;
  }

  #tooMany(what: string): LimitError {
    return new LimitError(`too many ${what}`, this.#maxPending, 1008);
  }
}
