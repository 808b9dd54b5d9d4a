/**
 * A router for peers of others.
 *
 * @module
 */

import { serve } from "../../src/server/index.ts";
import { cbor } from "../../src/wamp/cbor/index.ts";
import { json } from "../../src/wamp/client/index.ts";
import type { Serializer } from "../../src/wamp/client/index.ts";
import { msgpack } from "../../src/wamp/msgpack/index.ts";
import { anonymous, createRouter } from "../../src/wamp/router/index.ts";
import type { Authenticator, Router } from "../../src/wamp/router/index.ts";

export interface WampServer extends AsyncDisposable {
  readonly url: string;
  readonly router: Router;
  /** Cuts all connections, without a word of WAMP. */
  crash(): Promise<void>;
}

export interface WampServerOptions {
  readonly authenticators: readonly Authenticator[];
  /** Default: one that is free. */
  readonly port: number;
  readonly requestIds: "sequential" | "any";
  readonly serializers: readonly Serializer[];
}

/** Everybody may do everything, whoever they are. The last events of `com.history` are kept. */
export async function startWamp(options: Partial<WampServerOptions> = {}): Promise<WampServer> {
  const { authenticators = [anonymous()], port = 0, requestIds, serializers } = options;
  const router = createRouter({
    serializers: serializers ?? [json, msgpack, cbor],
    requestIds,
    realms: {
      realm1: {
        authenticators,
        authorizer: { authorize: () => ({ allow: true }) },
        history: [{ uri: "com.history", limit: 3 }],
      },
    },
  });
  const server = await serve(router.handler, { port, subprotocols: router.subprotocols });
  return {
    url: server.url,
    router,
    async crash() {
      await server.close({ timeout: 0 });
      await router.close();
    },
    async [Symbol.asyncDispose]() {
      await router.close();
      await server.close();
    },
  };
}
