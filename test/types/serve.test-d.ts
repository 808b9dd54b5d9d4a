/** The data of connections in all the ways in which `serve` can be told of it. */

import { basicAuth, bearerAuth, broadcast, serve } from "fullduplex/server";
import type {
  Handler,
  HandshakeRequest,
  PathParams,
  Routes,
  Server,
  ServerConnection,
} from "fullduplex/server";
import { assignable, equal } from "./support/assert.ts";

interface User {
  readonly name: string;
}

// A handler alone has no data.
void serve((connection) => equal<typeof connection.data, undefined>(true));
void serve((connection) => connection.send("x"), { port: 1 });
void serve(async (connection) => connection.close(), {
  onHandshake: (request) => {
    equal<typeof request, HandshakeRequest>(true);
    return request.query.has("no") ? new Response("no", { status: 403 }) : undefined;
  },
});
void serve(() => {}, { onHandshake: () => {} });
void serve(() => {}, { onHandshake: async () => ({ headers: { "X-A": "b" } }) });
void serve(() => {}, { onHandshake: () => ({ headers: new Headers() }) });

// The hook's data is the connection's.
void serve((connection) => equal<typeof connection.data, User>(true), {
  onHandshake: (_request: HandshakeRequest) => ({ data: { name: "a" } as User }),
});
void serve((connection) => equal<typeof connection.data, { name: string }>(true), {
  onHandshake: () => ({ data: { name: "a" } }),
});
void serve((connection: ServerConnection<User>) => connection.data.name, {
  onHandshake: async (request) => {
    if (request.origin === undefined) return new Response(null, { status: 401 });
    return { data: { name: "a" } };
  },
});
void serve<User>((connection) => connection.data.name, {
  onHandshake: (request) => ({ data: { name: request.path } }),
});
void serve((connection) => equal<typeof connection.data, { username: string }>(true), {
  onHandshake: basicAuth({ check: ({ username }) => username !== "" && { username } }),
});
void serve((connection) => equal<typeof connection.data, { token: string }>(true), {
  onHandshake: bearerAuth({ check: async (token) => token !== "" && { token } }),
});

declare const server: Server<User>;
for (const connection of server.connections) equal<typeof connection.data, User>(true);
assignable<Server<User>, Server>(true);
assignable<Server, Server<User>>(false);
broadcast(server.connections, "x", { except: [...server.connections][0] });

// A handler that expects data does not go without a hook that gives it.
declare const handler: Handler<User>;
// @ts-expect-error: no hook
void serve(handler);
// @ts-expect-error: no hook
void serve(handler, { port: 1 });
// @ts-expect-error: no hook
void serve({ "/": handler });
// @ts-expect-error: a hook that gives no data
void serve(handler, { onHandshake: () => undefined });
// @ts-expect-error: a hook that gives other data
void serve(handler, { onHandshake: () => ({ data: { age: 1 } }) });
// @ts-expect-error: a hook that sometimes gives none
void serve(handler, { onHandshake: (request) => (request.secure ? { data: { name: "" } } : {}) });
void serve(handler, { onHandshake: () => ({ data: { name: "a" } }) });
void serve({ "/": handler }, { onHandshake: () => ({ data: { name: "a" } }) });

// The parameters of a route are known by name.
void serve({
  "/": (_connection, params) => equal<keyof typeof params, never>(true),
  "/chat/:room": (connection, params) => {
    equal<typeof params.room, string>(true);
    equal<typeof connection.data, undefined>(true);
    // @ts-expect-error: the path has no such parameter
    void params.nope;
  },
  "/:a/:b/*": (_connection, params) => {
    equal<keyof typeof params, "a" | "b" | "*">(true);
  },
});
void serve(
  {
    "/chat/:room": (connection, { room }) => {
      equal<typeof room, string>(true);
      equal<typeof connection.data, User>(true);
    },
  },
  { onHandshake: (_request: HandshakeRequest) => ({ data: { name: "a" } as User }) },
);
equal<PathParams<string>, Readonly<Record<string, string>>>(true);
declare const routes: Routes;
void serve(routes);
// @ts-expect-error: a route is a path
void serve({ chat: () => {} });
