/**
 * Making a router.
 *
 * @module
 */

import type { Connection } from "../../connection/connection.ts";
import type { Api, Untyped } from "../client/api.ts";
import type { WampClient } from "../client/types.ts";
import { joinOver } from "../client/wamp-client.ts";
import { memoryLinks } from "../protocol/memory-link.ts";
import type { Uri } from "../protocol/messages.ts";
import type { RouterOptions } from "./options.ts";
import { RouterCore } from "./router.ts";
import type { RealmStatistics } from "./router.ts";

/** Who a session within the process is. */
export interface DirectIdentity {
  /** Default: `local`. */
  readonly authid?: string | undefined;
  /** Default: `trusted`. */
  readonly authrole?: string | undefined;
}

/** A router of WAMP. Close it when it is no longer needed. */
export interface Router extends AsyncDisposable {
  /** For the server's option of this name. */
  readonly subprotocols: readonly string[];
  /** For `serve` and `serveRawSocket`. Resolves when the connection is over. */
  readonly handler: (connection: Connection) => Promise<void>;
  /**
   * A session of the application's own, without a connection, serialization and authentication. It lasts until it is closed, or
   * the router is. Data are handed on as they are, not copied: don't change what you have sent or got.
   *
   * @throws WampError (as a rejection) `wamp.error.no_such_realm`.
   *
   * @example
   * ```ts
   * const backend = await router.session<App>("realm1", { authid: "backend" });
   * await backend.register("com.app.add", ({ args: [a, b] }) => a + b);
   * ```
   */
  session<A extends Api = Untyped>(realm: Uri, identity?: DirectIdentity): Promise<WampClient<A>>;
  /** What each realm has counted, by name. Prometheus calls such numbers counters; `sessions` is a gauge. */
  stats(): ReadonlyMap<Uri, RealmStatistics>;
  /** Says goodbye to all, and resolves when they have gone. */
  close(): Promise<void>;
}

/**
 * Makes a router. It listens nowhere by itself: give `handler` and `subprotocols` to `serve`.
 *
 * @throws TypeError or RangeError for an option that there is not, or that makes no sense.
 *
 * @example
 * ```ts
 * const router = createRouter({
 *   realms: { realm1: { authenticators: [anonymous()], authorizer: allowAll() } },
 * });
 * const server = await serve(router.handler, { port: 8080, subprotocols: router.subprotocols });
 * ```
 */
export function createRouter(options: RouterOptions = {}): Router {
  const core = new RouterCore(options);
  return {
    subprotocols: core.subprotocols,
    handler: (connection) => core.handle(connection),
    async session<A extends Api = Untyped>(
      realm: Uri,
      { authid = "local", authrole = "trusted" }: DirectIdentity = {},
    ): Promise<WampClient<A>> {
      const [ours, theirs] = memoryLinks();
      const identity = { authid, authrole, authmethod: "local", authprovider: "local" };
      void core.attach(theirs, identity);
      return joinOver<A>(ours, { realm });
    },
    stats: () => core.stats(),
    close: () => core.close(),
    [Symbol.asyncDispose]: () => core.close(),
  };
}
