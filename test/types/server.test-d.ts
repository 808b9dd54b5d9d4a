/** What the compiler knows of a server: the parameters of a path, and the data that the handshake gave. */

import { connect } from "fullduplex";
import type { Message } from "fullduplex";
import { broadcast, serve } from "fullduplex/server";
import type { HandshakeRequest, Handler, PathParams, Server } from "fullduplex/server";
import { assignable, equal } from "./support/assert.ts";

equal<PathParams<"/chat/:room">["room"], string>(true);
equal<keyof PathParams<"/a/:b/c/:d">, "b" | "d">(true);
equal<keyof PathParams<"/files/*">, "*">(true);

// A handler may return anything: its promise is awaited, its value is not used.
assignable<() => void, Handler>(true);
assignable<() => Promise<void>, Handler>(true);

export async function infers(): Promise<void> {
  const plain: Server = await serve((connection) => connection.send("hello"));
  await plain.close({ grace: 1_000 });

  await serve({
    "/": (connection) => connection.close(),
    "/chat/:room/:topic": async (connection, params) => {
      equal<typeof params.room, string>(true);
      // @ts-expect-error: the path has no such parameter
      void params.rooms;
      for await (const message of connection) equal<typeof message, Message>(true);
    },
  });

  const withData = await serve(
    (connection) => {
      equal<typeof connection.data, { user: string }>(true);
      equal<typeof connection.request, HandshakeRequest>(true);
      return connection.send(connection.data.user);
    },
    { onHandshake: (request: HandshakeRequest) => ({ data: { user: request.path } }) },
  );
  for (const connection of withData.connections) equal<typeof connection.data.user, string>(true);
  broadcast(withData.connections, "hello");

  // @ts-expect-error: a handler that asks for data needs the hook that gives it
  await serve((connection: { data: { user: string } }) => void connection, { port: 0 });
  // @ts-expect-error: a path begins with a slash
  await serve({ chat: () => {} });
  // @ts-expect-error: a port is a number
  await serve(() => {}, { port: "8080" });
  // @ts-expect-error: there is no such option
  await connect("ws://127.0.0.1", { timeout: 1 });
}
