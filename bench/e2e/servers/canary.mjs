/**
 * A server that answers wrongly now and then, to prove that the generator notices. The second argument says how: `byte`
 * changes one, `order` exchanges two replies.
 *
 * @module
 */

import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { broadcaster } from "./broadcaster.mjs";
import { listening, mode } from "./support.mjs";

/** One in so many replies is wrong. */
const RARE = 50;

const http = createServer();
const server = new WebSocketServer({ server: http, perMessageDeflate: mode === "deflate" });
let count = 0;

/** @param {Buffer} message */
function spoil(message) {
  if (++count % RARE !== 0) return message;
  const wrong = Buffer.from(message);
  const at = wrong.length >> 1;
  wrong[at] = (wrong[at] ?? 0) ^ 1;
  return wrong;
}

const control = broadcaster((text) => {
  for (const client of server.clients) client.send(spoil(Buffer.from(text)), { binary: false });
});

/** @param {import("ws").WebSocket} socket */
function swapping(socket) {
  /** @type {Buffer | undefined} */
  let held;
  socket.on("message", (/** @type {Buffer} */ message, binary) => {
    if (!held && ++count % RARE === 0) held = message;
    else {
      socket.send(message, { binary });
      if (held) socket.send(held, { binary });
      held = undefined;
    }
  });
}

server.on("connection", (socket) => {
  socket.on("error", () => {});
  if (mode === "broadcast") socket.on("message", (message) => control(String(message)));
  else if (process.argv[3] === "order") swapping(socket);
  else {
    socket.on("message", (/** @type {Buffer} */ message, binary) => {
      socket.send(spoil(message), { binary });
    });
  }
});

http.listen(0, "127.0.0.1", () => {
  listening(/** @type {import("node:net").AddressInfo} */ (http.address()).port);
});
