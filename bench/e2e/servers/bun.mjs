/**
 * `Bun.serve`. It publishes to topics by itself, which is its best way to broadcast.
 *
 * @module
 */

import { broadcaster } from "./broadcaster.mjs";
import { listening, mode, tls } from "./support.mjs";

const control = broadcaster((text) => void server.publish("all", text));
const compress = mode === "deflate";

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  ...(tls && { tls }),
  fetch: (request, server) => {
    return server.upgrade(request) ? undefined : new Response("", { status: 426 });
  },
  websocket: {
    perMessageDeflate: compress,
    open(socket) {
      if (mode === "broadcast") socket.subscribe("all");
    },
    message(socket, message) {
      if (mode === "broadcast") control(String(message));
      else socket.send(message, compress);
    },
  },
});
listening(server.port);
