/**
 * A router for peers of others, and who answers them there.
 *
 * @module
 */

import { serve } from "../../src/server/index.ts";
import { cbor } from "../../src/wamp/cbor/index.ts";
import { json } from "../../src/wamp/client/index.ts";
import { msgpack } from "../../src/wamp/msgpack/index.ts";
import { anonymous, createRouter } from "../../src/wamp/router/index.ts";
import type { Authenticator, Router } from "../../src/wamp/router/index.ts";

export interface WampServer extends AsyncDisposable {
  readonly url: string;
  readonly router: Router;
}

/** Everybody may do everything, whoever they are. */
export async function startWamp(
  authenticators: readonly Authenticator[] = [anonymous()],
): Promise<WampServer> {
  const router = createRouter({
    serializers: [json, msgpack, cbor],
    realms: { realm1: { authenticators, authorizer: { authorize: () => ({ allow: true }) } } },
  });
  const server = await serve(router.handler, { port: 0, subprotocols: router.subprotocols });
  return {
    url: server.url,
    router,
    async [Symbol.asyncDispose]() {
      await router.close();
      await server.close();
    },
  };
}
