/**
 * A router as conformance/wamp/README.md asks for it.
 *
 * @module
 */

import type { ServerConnection } from "../../src/server/index.ts";
import { serve } from "../../src/server/index.ts";
import { cbor } from "../../src/wamp/cbor/index.ts";
import { json } from "../../src/wamp/client/index.ts";
import type { Serializer } from "../../src/wamp/client/index.ts";
import { msgpack } from "../../src/wamp/msgpack/index.ts";
import { anonymous, createRouter } from "../../src/wamp/router/index.ts";
import type {
  Authenticator,
  AuthorizationRequest,
  Authorizer,
  Decision,
  RealmOptions,
  Router,
  Step,
} from "../../src/wamp/router/index.ts";

/** By name: the ticket, and the role. */
const USERS = new Map([
  ["alice", { ticket: "ticket-of-alice", authrole: "frontend" }],
  ["bob", { ticket: "ticket-of-bob", authrole: "frontend" }],
  ["carol", { ticket: "ticket-of-carol", authrole: "backend" }],
]);

const tickets: Authenticator = {
  method: "ticket",
  begin: ({ authid = "" }): Step => ({
    type: "challenge",
    extra: {},
    respond(signature): Step {
      const user = USERS.get(authid);
      if (user?.ticket !== signature) {
        return { type: "refuse", reason: "wamp.error.authentication_failed" };
      }
      const { authrole } = user;
      const principal = { authid, authrole, authmethod: "ticket", authprovider: "static" };
      return { type: "accept", principal };
    },
  }),
};

const authorizer: Authorizer = {
  authorize({ uri }: AuthorizationRequest): Decision {
    if (uri.startsWith("conformance.denied.")) return { allow: false };
    if (uri.startsWith("conformance.undisclosed.")) return { allow: true, disclose: false };
    return { allow: true };
  },
};

const history = [{ uri: "conformance.history.", match: "prefix", limit: 1000 }] as const;

const open: RealmOptions = { authenticators: [anonymous()], authorizer, history };

const SERIALIZERS = [json, msgpack, cbor];

function makeRouter(serializers: readonly Serializer[] = SERIALIZERS): Router {
  return createRouter({
    realms: {
      realm1: open,
      "conformance.private": open,
      "conformance.users": { authenticators: [tickets, anonymous()], authorizer, history },
    },
    serializers,
  });
}

/** A router that listens. */
export interface ListeningRouter {
  readonly url: string;
  close(): Promise<void>;
}

export async function startRouter(serializers?: readonly Serializer[]): Promise<ListeningRouter> {
  const router = makeRouter(serializers);
  const { subprotocols } = router;
  const server = await serve((connection: ServerConnection) => router.handler(connection), {
    subprotocols,
    port: 0,
    host: "127.0.0.1",
  });
  return {
    url: server.url,
    async close() {
      await router.close();
      await server.close({ timeout: 500 });
    },
  };
}
