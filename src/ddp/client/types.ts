/**
 * What a client of DDP offers.
 *
 * @module
 */

import type { BackoffOptions } from "../../connection/backoff.ts";
import type { Connection } from "../../connection/connection.ts";
import type { Clock } from "../../util/clock.ts";
import type { LiveHandle } from "../live/live-source.ts";
import type { Document, NewDocument } from "../live/documents.ts";
import type { Random } from "../protocol/random/random.ts";
import type {
  AnyDocument,
  FindOptions,
  Modifier,
  Observer,
  Selector,
  UpdateOptions,
  UpdateResult,
} from "../store/types.ts";

/** Opens a connection. Called again whenever the one before it has ended. */
export type Open = (context: { readonly signal: AbortSignal }) => Connection | Promise<Connection>;

/** Durations are milliseconds. */
export interface DdpClientOptions extends BackoffOptions {
  /** How long a connection may take, its handshakes included. Default: 10000. */
  readonly connectTimeout?: number | undefined;
  /** Pings of DDP's own, when nothing else has come: every so often. 0 sends none. Default: 17500. */
  readonly heartbeatInterval?: number | undefined;
  /** How long the answer may take before the connection is given up. Default: 15000. */
  readonly heartbeatTimeout?: number | undefined;
  /** How many calls may wait for their results, and how many subscriptions there may be. Default: 10000. */
  readonly maxPending?: number | undefined;
  /**
   * Called with the token that a login got, to be kept where it survives the page, and given to {@link DdpClient.login} as `resume`; and with
   * `undefined` when the token is not to be used any more.
   */
  readonly onToken?: ((token: string | undefined) => void) | undefined;
  /** Default: `console`; what stubs and observers throw goes there. */
  readonly logger?: { error(...data: unknown[]): void } | undefined;
  /** The source of time; tests give their own. */
  readonly clock?: Clock | undefined;
}

/** Where a client is. `waiting`: it will try again at `retryAt`, on the client's clock. */
export interface ClientStatus {
  readonly state: "connecting" | "connected" | "waiting" | "offline" | "closed";
  /** Attempts that have failed in a row. */
  readonly attempt: number;
  readonly retryAt: number | undefined;
  /** Why there is no connection. */
  readonly error: unknown;
  /** Who is logged in. */
  readonly userId: string | null;
}

/** How to call a method. */
export interface CallOptions {
  /** The method is sent alone: after all before it are done, and before any after it. For logging in. Default: `false`. */
  readonly wait?: boolean | undefined;
  /** Don't send it again after a lost connection: it fails with `invocation-failed` instead. Default: `false`. */
  readonly noRetry?: boolean | undefined;
  /** When the stub throws, the method isn't sent, and the call fails with that. Default: it is logged, and sent. */
  readonly throwStubExceptions?: boolean | undefined;
}

/** How to log in. */
export interface LoginOptions {
  /** The method that does it. Default: `login`. */
  readonly method?: string | undefined;
}

/** A call of a method. It is `done` with two promises more. When it fails, and nobody awaits any of them, nobody is told. */
export interface MethodCall<Result = unknown> extends Promise<Result> {
  /** The result, once the data that the method has written is visible here too. */
  readonly done: Promise<Result>;
  /** The result, as soon as it is there. */
  readonly result: Promise<Result>;
  /** What the stub returned, when it has; `undefined` without one. */
  readonly simulated: Promise<unknown>;
}

/**
 * A run of a stub. What a stub does before its first `await` it may do through the client too; after that only what it does through
 * this belongs to it.
 */
export interface Simulation {
  readonly name: string;
  readonly isSimulation: true;
  readonly userId: string | null;
  /** Random numbers that the method draws on the server too. Default name: `default`. */
  random(name?: string): Random;
  /** A local collection: what is written goes no further. */
  collection<T extends Document = AnyDocument>(name: string): LocalCollection<T>;
  /** Runs another method's stub, as a part of this; nothing is sent. Resolves with `undefined` when there is none. */
  call(method: string, ...params: unknown[]): MethodCall;
}

/**
 * What a method is expected to do, on the local collections, at once: it is undone when the server's changes have come. It may
 * return a promise; until that settles, other calls and subscriptions wait.
 */
export type Stub = (simulation: Simulation, ...params: never[]) => unknown;

/** A subscription. It goes on through reconnects, until it is stopped, or the server ends it. */
export interface ClientSubscription {
  readonly id: string;
  /** Whether the documents that matter at first are here. */
  readonly isReady: boolean;
  /** Resolves when that is so. Rejects as `ended` does when the subscription ends first, and with a StateError when that is by `stop`. */
  readonly ready: Promise<void>;
  /** Resolves when the subscription has ended; rejects with the server's DdpError when it was refused, or ended by an error. */
  readonly ended: Promise<void>;
  stop(): void;
}

/** A query over a local collection: it can be looked at, and followed. */
export interface LocalCursor<T extends Document = Document> {
  /** The documents as they are now; in no order unless one is given. */
  fetch(): T[];
  count(): number;
  /**
   * Tells of the documents that there are, at once, and then of every change, until the handle is stopped.
   *
   * @example
   * ```ts
   * const handle = cursor.observe({ addedAt: (task, index) => insertRow(index, task), removedAt: (_task, index) => deleteRow(index) });
   * handle.stop();
   * ```
   */
  observe(observer: Observer<T>): LiveHandle;
  /**
   * Yields the documents, now and whenever they have changed; a slow reader skips some states. Ends with the client, or by
   * `return`, which may be called from outside of the loop, too.
   *
   * @example
   * ```ts
   * for await (const tasks of client.collection("tasks").find({ done: false })) render(tasks);
   * ```
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<T[], undefined>;
}

/** The documents that the server has published, with what stubs have changed. */
export interface LocalCollection<T extends Document = Document> {
  readonly name: string;
  /** The documents that match. Without a selector: all; but none for one that is `undefined`. */
  find(selector?: Selector<T>, options?: FindOptions<T>): LocalCursor<T>;
  /** The first of them, as it is now. */
  findOne(selector?: Selector<T>, options?: FindOptions<T>): T | undefined;
  /**
   * In a stub it changes the local documents, at once, and throws at once. Elsewhere it calls the server's method for it, such as
   * `/tasks/insert`, and simulates that. Servers have none (404), unless they let clients write there: `ddp.allow` does in
   * `fullduplex/ddp/server`. Resolves with the id when that is done.
   *
   * @throws DdpError (as a rejection) when the server refuses.
   */
  insert(document: NewDocument<T>): Promise<T["_id"]>;
  /** As {@link insert}. Outside of stubs the selector has to be an id. */
  update(
    selector: Selector<T>,
    modifier: Modifier<T>,
    options?: UpdateOptions,
  ): Promise<UpdateResult>;
  /** As {@link update}; resolves with how many documents were removed. */
  remove(selector: Selector<T>): Promise<number>;
}

/** How to keep a collection. */
export interface CollectionOptions {
  /** Ids as they are in messages, for servers that write them so. Default: `false`, as Meteor writes them. */
  readonly rawIds?: boolean | undefined;
  /** How new ids are made. Default: `STRING`. */
  readonly idGeneration?: "STRING" | "MONGO" | undefined;
}

/** A client of DDP. It connects by itself, again and again, until it is closed. */
export interface DdpClient extends AsyncDisposable {
  readonly status: ClientStatus;
  /** Yields the status, now and whenever it has changed. */
  statuses(): AsyncIterable<ClientStatus>;
  /** Who is logged in here. */
  readonly userId: string | null;
  /**
   * Calls a method, after simulating it if there is a stub. Parameters are copied.
   *
   * @throws DdpError (as a rejection) what the method throws.
   * @throws ClosedError (as a rejection) when the client is closed before it is done.
   *
   * @example
   * ```ts
   * const id = await client.call<string>("addTask", "milk");
   * ```
   */
  call<Result = unknown>(method: string, ...params: unknown[]): MethodCall<Result>;
  /** The same, with options. */
  apply<Result = unknown>(
    method: string,
    params: readonly unknown[],
    options?: CallOptions,
  ): MethodCall<Result>;
  /**
   * Simulates methods that are called.
   *
   * @throws TypeError for a name that is taken, and for what is no function.
   *
   * @example
   * ```ts
   * client.methods({ addTask: (_simulation, title: string) => tasks.insert({ title }) });
   * ```
   */
  methods(stubs: Readonly<Record<string, Stub>>): void;
  /**
   * Asks for what a publication publishes. Parameters are copied. The documents come into {@link DdpClient.collection | collections}, and
   * are there at the latest when the subscription is `ready`.
   *
   * @throws StateError when the client is closed, and LimitError for more than `maxPending` of them.
   *
   * @example
   * ```ts
   * const subscription = client.subscribe("tasks", listId);
   * await subscription.ready;
   * subscription.stop(); // what it has published goes
   * ```
   */
  subscribe(publication: string, ...params: unknown[]): ClientSubscription;
  /**
   * The documents of that name. The server decides which there are, and how many: they are kept from the moment when they come, asked
   * for or not. Options are given before the first of them has come.
   *
   * @throws StateError for other options later.
   */
  collection<T extends Document = AnyDocument>(
    name: string,
    options?: CollectionOptions,
  ): LocalCollection<T>;
  /**
   * Logs in by the method `login`, or another that answers as it does, such as `createUser`; and again after each reconnect with the token
   * that it got. Resolves with the user's id.
   *
   * @throws DdpError (as a rejection) when the server refuses.
   *
   * @example
   * ```ts
   * await client.login(await passwordCredentials("ada", password));
   * await client.login({ resume: token });
   * ```
   */
  login(credentials: Readonly<Record<string, unknown>>, options?: LoginOptions): Promise<string>;
  logout(): Promise<void>;
  /** Gives up the connection until {@link reconnect}; calls and subscriptions wait. */
  disconnect(): void;
  /** Connects at once, rather than when the time has come. */
  reconnect(): void;
  /** Ends it: what waits rejects with a ClosedError. */
  close(): Promise<void>;
}
