/**
 * `Deno.serve` and `Deno.upgradeWebSocket`.
 *
 * @module
 */

import { broadcaster } from "./broadcaster.mjs";
import { listening, mode, tls } from "./support.mjs";

/** @type {Set<WebSocket>} */
const sockets = new Set();
const control = broadcaster((text) => {
  for (const socket of sockets) socket.send(text);
});

Deno.serve(
  {
    hostname: "127.0.0.1",
    port: 0,
    ...tls,
    onListen: ({ port }) => listening(port),
  },
  (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.binaryType = "arraybuffer";
    socket.onerror = () => {};
    if (mode === "broadcast") {
      socket.onopen = () => sockets.add(socket);
      socket.onclose = () => sockets.delete(socket);
      socket.onmessage = ({ data }) => control(data);
    } else socket.onmessage = ({ data }) => socket.send(data);
    return response;
  },
);
