/**
 * Making a server of DDP.
 *
 * @module
 */

import type { Connection } from "../../connection/connection.ts";
import type { Document } from "../live/documents.ts";
import type { RestrictedCollection, WriteRules } from "./collections/write-rules.ts";
import { DdpServer } from "./ddp-server.ts";
import type { Method } from "./methods/methods.ts";
import type { DdpOptions } from "./options.ts";
import type { Publication } from "./publications/publications.ts";

/** A server of DDP. Close it when it is no longer needed. */
export interface Ddp extends AsyncDisposable {
  /** For `serve`. Resolves when the connection is over. */
  readonly handler: (connection: Connection) => Promise<void>;
  /**
   * Offers methods, by name.
   *
   * @throws TypeError for a name that is taken, and for what is no function.
   */
  methods(methods: Readonly<Record<string, Method>>): void;
  /**
   * Offers a publication; with `null` for a name, one that every client gets without asking.
   *
   * @throws TypeError for a name that is taken, and for what is no function.
   */
  publish(name: string | null, publication: Publication): void;
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
  /** Ends all sessions, and resolves when they have gone. */
  close(): Promise<void>;
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
    publish: (name, publication) => server.publish(name, publication),
    allow: (collection, rules) => server.clientWrites.allow(collection, rules),
    deny: (collection, rules) => server.clientWrites.deny(collection, rules),
    close: () => server.close(),
    [Symbol.asyncDispose]: () => server.close(),
  };
}
