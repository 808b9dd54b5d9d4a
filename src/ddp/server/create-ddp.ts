/**
 * Making a server of DDP.
 *
 * @module
 */

import type { Connection } from "../../connection/connection.ts";
import { DdpServer } from "./ddp-server.ts";
import type { Method } from "./methods/methods.ts";
import type { DdpOptions } from "./options.ts";
import type { PublicationStrategy } from "./publications/merge-box/strategies.ts";
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
   * Calls a method from the server. Within a method or a publication it runs for the same client and user; elsewhere `connection` and
   * `userId` are `null`, and `setUserId` throws. Parameters and result are copied. It resolves when the method has returned: what
   * that has written may not have reached the clients yet.
   *
   * @throws DdpError (as a rejection) 404 when there is no such method.
   * @throws whatever the method throws (as a rejection), as it is.
   */
  call<Result = unknown>(method: string, ...params: unknown[]): Promise<Result>;
  /** The same for several, by name. */
  publish(publications: Readonly<Record<string, Publication>>): void;
  /**
   * Says how the documents of a collection are published. Default: `SERVER_MERGE`. It counts for a client from when it has nothing of
   * that collection: best set before anybody connects.
   *
   * @throws TypeError for a strategy that there is not.
   */
  setPublicationStrategy(collection: string, strategy: PublicationStrategy): void;
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
    call: <Result>(method: string, ...params: unknown[]) =>
      server.call(method, params) as Promise<Result>,
    publish: (
      names: string | null | Readonly<Record<string, Publication>>,
      publication?: Publication,
    ) => server.publish(names, publication),
    setPublicationStrategy: (collection, strategy) =>
      server.setPublicationStrategy(collection, strategy),
    close: () => server.close(),
    [Symbol.asyncDispose]: () => server.close(),
  };
}
