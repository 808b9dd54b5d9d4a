/**
 * A router for peers of others, and an application that answers them there.
 *
 * @module
 */

import { serve } from "../../src/server/index.ts";
import { cbor } from "../../src/wamp/cbor/index.ts";
import { WampError, json } from "../../src/wamp/client/index.ts";
import { msgpack } from "../../src/wamp/msgpack/index.ts";
import { anonymous, createRouter } from "../../src/wamp/router/index.ts";
import type { Authenticator, Router } from "../../src/wamp/router/index.ts";

export interface WampServer extends AsyncDisposable {
  readonly url: string;
  readonly router: Router;
}

/** Everybody may do everything, whoever they are. The last events of `com.history` are kept. */
export async function startWamp(
  authenticators: readonly Authenticator[] = [anonymous()],
  port = 0,
): Promise<WampServer> {
  const router = createRouter({
    serializers: [json, msgpack, cbor],
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
    async [Symbol.asyncDispose]() {
      await router.close();
      await server.close();
    },
  };
}

/** Joins the router's realm within the process, and serves `com.node.…` there. */
export async function startApplication(router: Router): Promise<void> {
  const session = await router.session("realm1");
  await session.register("com.node.echo", ({ args }) => args[0]);
  await session.register("com.node.fail", () => {
    throw new WampError("com.node.failed", ["why"], { code: 7 });
  });
  await session.register("com.node.progress", async function* progress({ args: [count] }) {
    for (let number = 0; number < (count as number); number++) yield number;
    return "done";
  });
  await session.register("com.node.publish", async ({ args: [topic, value] }) => {
    await session.publish(topic as string, [value], { acknowledge: true });
  });
}
