/**
 * The package `ws`; with or without `bufferutil` as its environment variables say.
 *
 * @module
 */

import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { WebSocketServer } from "ws";
import { broadcaster } from "./broadcaster.mjs";
import { listening, mode, tls } from "./support.mjs";

const http = tls ? createHttpsServer(tls) : createHttpServer();
const server = new WebSocketServer({ server: http, perMessageDeflate: mode === "deflate" });

const control = broadcaster((text) => {
  // Encoded once, and not for each connection.
  const data = Buffer.from(text);
  for (const client of server.clients) client.send(data, { binary: false });
});

server.on("connection", (socket) => {
  // Without a listener a connection that is cut would end the process.
  socket.on("error", () => {});
  if (mode === "broadcast") socket.on("message", (message) => control(String(message)));
  else socket.on("message", (message, binary) => socket.send(message, { binary }));
});

http.listen(0, "127.0.0.1", () => {
  listening(/** @type {import("node:net").AddressInfo} */ (http.address()).port);
});
