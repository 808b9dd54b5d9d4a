/**
 * socket.io, over its WebSocket transport, with text events.
 *
 * @module
 */

import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { Server } from "socket.io";
import { broadcaster } from "./broadcaster.mjs";
import { listening, mode, tls } from "./support.mjs";

const http = tls ? createHttpsServer(tls) : createHttpServer();
const io = new Server(http, {
  serveClient: false,
  transports: ["websocket"],
  perMessageDeflate: mode === "deflate",
});
const control = broadcaster((text) => io.to("room").emit("m", text));

io.on("connection", (socket) => {
  if (mode === "broadcast") {
    void socket.join("room");
    socket.on("m", (message) => control(String(message)));
  } else socket.on("m", (message) => socket.emit("m", message));
});

http.listen(0, "127.0.0.1", () => {
  listening(/** @type {import("node:net").AddressInfo} */ (http.address()).port);
});
