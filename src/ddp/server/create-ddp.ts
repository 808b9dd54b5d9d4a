/**
 * Making a server of DDP.
 *
 * @module
 */

import type { Connection } from "../../connection/connection.ts";
import type { ClientMessage } from "../protocol/messages.ts";
import type { DdpConnection } from "./connection.ts";
import type { Document } from "../live/documents.ts";
import type { RestrictedCollection, WriteRules } from "./collections/write-rules.ts";
import { DdpServer } from "./ddp-server.ts";
import type { Method } from "./methods/methods.ts";
import type { DdpOptions } from "./options.ts";
import type { PublicationStrategy } from "./publications/merge-box/strategies.ts";
import type { Publication } from "./publications/publications.ts";
import type { LimitRule } from "./rate-limits/rule.ts";
import type { Stoppable } from "./session/callbacks.ts";
import type { DdpStats } from "./session/counters.ts";
import type { DdpCloseOptions } from "./shutdown.ts";

/** A server of DDP. Close it when it is no longer needed. */
export interface Ddp extends AsyncDisposable {
  /**
   * For `serve`. Resolves when the connection is over. Connections must not drop messages: leave their `overflow` at `"close"`, so that
   * a client that is too slow loses its connection, and not some of its data.
   */
  readonly handler: (connection: Connection) => Promise<void>;
  /**
   * Offers methods, by name. What they are given comes from the network: check it.
   *
   * @throws TypeError for a name that is taken, and for what is no function.
   *
   * @example
   * ```ts
   * ddp.methods({
   *   addTask: ({ userId }, title) => {
   *     if (userId === null) throw new DdpError(403, "Log in first");
   *     if (typeof title !== "string") throw new DdpError(400, "A title is text");
   *     return tasks.insert({ title, owner: userId });
   *   },
   * });
   * ```
   */
  methods(methods: Readonly<Record<string, Method>>): void;
  /**
   * Calls a method from the server. Within a method or a publication it runs for the same client and user; elsewhere `connection` and
   * `userId` are `null`, and `setUserId` throws. Parameters and result are copied. It resolves when the method has returned: what
   * that has written may not have reached the clients yet.
   *
   * @throws DdpError (as a rejection) 404 when there is no such method.
   * @throws whatever the method throws (as a rejection), as it is.
   */
  call<Result = unknown>(method: string, ...params: unknown[]): Promise<Result>;
  /**
   * Offers a publication; with `null` for a name, one that every client gets without asking.
   *
   * @throws TypeError for a name that is taken, and for what is no function.
   *
   * @example
   * ```ts
   * ddp.publish("tasks", ({ userId }) => (userId === null ? [] : tasks.find({ owner: userId })));
   * ```
   */
  publish(name: string | null, publication: Publication): void;
  /** The same for several, by name. */
  publish(publications: Readonly<Record<string, Publication>>): void;
  /**
   * Says how the documents of a collection are published. Default: `SERVER_MERGE`. It counts for a client from when it has nothing of
   * that collection: best set before anybody connects.
   *
   * @throws TypeError for a strategy that there is not.
   */
  setPublicationStrategy(collection: string, strategy: PublicationStrategy): void;
  /**
   * Calls back for each client that gets a session, once its universal publications have begun; not for one that goes on with the
   * session that it had. What the callback throws goes to the log.
   */
  onConnection(callback: (connection: DdpConnection) => unknown): Stoppable;
  /** Calls back for each message of a client that has a session, before it is handled. What the callback throws goes to the log. */
  onMessage(callback: (message: ClientMessage, connection: DdpConnection) => unknown): Stoppable;
  /**
   * Limits how often clients may call methods, and subscribe. Those who do so too often get the error `too-many-requests`, whose
   * details say after how many milliseconds they may again (`timeToReset`). Where several rules refuse, that is the longest of them.
   *
   * @throws TypeError or RangeError for a rule that makes no sense.
   *
   * @example
   * ```ts
   * // Each connection may log in 5 times in 10 s.
   * ddp.limit({ type: "method", name: "login", connectionId: true, count: 5, interval: 10_000 });
   * ```
   */
  limit(rule: LimitRule): Stoppable;
  /** How many are there, and what happened so far. */
  stats(): DdpStats;
  /**
   * Lets clients write to a collection, where at least one of its rules says `true` and none given to {@link Ddp.deny} does. Without any
   * rules there are no methods for it. Clients insert single documents, and update and remove them by id.
   *
   * @throws TypeError for rules that make no sense.
   *
   * @example
   * ```ts
   * ddp.allow(tasks, {
   *   insert: ({ userId }, task) => userId !== null && task.owner === userId,
   *   update: ({ userId }, task, fields) => task.owner === userId && !fields.includes("owner"),
   *   fetch: ["owner"],
   * });
   * ```
   */
  allow<T extends Document>(collection: RestrictedCollection<T>, rules: WriteRules<T>): void;
  /**
   * Forbids clients' writes where one of the rules says `true`, whatever {@link Ddp.allow} was told.
   *
   * @throws TypeError for rules that make no sense.
   */
  deny<T extends Document>(collection: RestrictedCollection<T>, rules: WriteRules<T>): void;
  /**
   * Ends all sessions, and resolves when they have gone. New connections are closed with 1001, as those are that are there.
   *
   * @throws TypeError or RangeError for an option that there is not, or that makes no sense.
   */
  close(options?: DdpCloseOptions): Promise<void>;
}

/**
 * Makes a server of DDP. It listens nowhere by itself: give `handler` to `serve`.
 *
 * @throws TypeError or RangeError for an option that there is not, or that makes no sense.
 *
 * @example
 * ```ts
 * const ddp = createDdp();
 * ddp.methods({ greet: (_invocation, name) => `Hello, ${String(name)}!` });
 * const server = await serve({ "/websocket": ddp.handler }, { port: 8080 });
 * ```
 */
export function createDdp(options: DdpOptions = {}): Ddp {
  const server = new DdpServer(options);
  return {
    handler: (connection) => server.handle(connection),
    methods: (methods) => server.addMethods(methods),
    call: <Result>(method: string, ...params: unknown[]) =>
      server.call(method, params) as Promise<Result>,
    publish: (
      names: string | null | Readonly<Record<string, Publication>>,
      publication?: Publication,
    ) => server.publish(names, publication),
    setPublicationStrategy: (collection, strategy) =>
      server.setPublicationStrategy(collection, strategy),
    allow: (collection, rules) => server.clientWrites.allow(collection, rules),
    deny: (collection, rules) => server.clientWrites.deny(collection, rules),
    onConnection: (callback) => server.onConnection.add(callback),
    onMessage: (callback) => server.onMessage.add(callback),
    limit: (rule) => server.limits.add(rule),
    stats: () => server.stats(),
    close: (closing = {}) => server.close(closing),
    [Symbol.asyncDispose]: () => server.close({}),
  };
}
