/**
 * WAMP, as the hub serves it: a router with one realm that is open to everybody, by WebSocket and RawSocket; and for backends
 * by plain HTTP.
 *
 * @module
 */

import { httpListener } from "../server/index.ts";
import type { Handler, Logger } from "../server/index.ts";
import { cbor } from "../wamp/cbor/index.ts";
import { json } from "../wamp/client/index.ts";
import { msgpack } from "../wamp/msgpack/index.ts";
import { serveRawSocket } from "../wamp/rawsocket/index.ts";
import type {
  RawSocketAddress,
  RawSocketHandler,
  RawSocketServer,
} from "../wamp/rawsocket/index.ts";
import { anonymous, createHttpBridge, createRouter } from "../wamp/router/index.ts";
import type { Authorizer, Router } from "../wamp/router/index.ts";
import type { Listener } from "./http/site.ts";
import type { Keys } from "./keys.ts";

/** What WAMP is told of the hub. */
export interface WampOptions {
  readonly keys: Keys;
  readonly logger: Logger | undefined;
}

/** Where RawSocket is, and what its connections may take. */
export interface RawSocketPlace {
  readonly port: number;
  readonly host: string;
  readonly maxConnections: number;
  readonly maxSendQueue: number;
}

export const WAMP_PATH = "/wamp";

const REALM = "realm1";

/** What ends the sessions, registrations and subscriptions of others is for backends, which have shown a key. */
const DESTRUCTIVE = /^wamp\.(?:session\.kill|registration\.remove|subscription\.remove)/;

const OPEN: Authorizer = {
  authorize: ({ action, uri, principal }) => ({
    allow: principal.authrole === "backend" || action !== "call" || !DESTRUCTIVE.test(uri),
  }),
};

/** Events wait for a slow client up to here, in bytes; others are dropped, before its connection would be. */
const MAX_QUEUE = 512 * 1024;

export class Wamp {
  readonly subprotocols: readonly string[];
  /** For {@link WAMP_PATH}. */
  readonly handler: Handler;
  /** By path. */
  readonly listeners: ReadonlyMap<string, Listener>;
  readonly #router: Router;
  readonly #logger: Logger | undefined;
  #rawSocket: RawSocketServer | undefined;

  constructor({ keys, logger }: WampOptions) {
    const router = createRouter({
      realms: { [REALM]: { authenticators: [anonymous()], authorizer: OPEN } },
      serializers: [json, msgpack, cbor],
      maxQueue: MAX_QUEUE,
      logger,
    });
    const clients = Array.from(new Set(keys.apiKeys), (key) => {
      return { key, realm: REALM, authid: "backend", authrole: "backend" };
    });
    const bridge = createHttpBridge(router, { clients, path: WAMP_PATH, logger });
    const listener = httpListener(bridge, { logger });
    this.subprotocols = router.subprotocols;
    this.handler = router.handler;
    this.listeners = new Map([
      [`${WAMP_PATH}/call`, listener],
      [`${WAMP_PATH}/publish`, listener],
    ]);
    this.#router = router;
    this.#logger = logger;
  }

  /** Listens for RawSocket too, whose connections get the handler that `watch` makes of the router's. */
  async listen(
    place: RawSocketPlace,
    watch: (handler: RawSocketHandler) => RawSocketHandler,
  ): Promise<void> {
    const options = { ...place, subprotocols: this.subprotocols, logger: this.#logger };
    this.#rawSocket = await serveRawSocket(watch(this.#router.handler), options);
  }

  get rawSocket(): RawSocketAddress | undefined {
    return this.#rawSocket?.address;
  }

  /** Says goodbye to all clients, and resolves when they have gone. */
  async close(): Promise<void> {
    await this.#router.close();
    await this.#rawSocket?.close();
  }
}
