/**
 * The package `ws`; with or without `bufferutil` as its environment variables say.
 *
 * @module
 */

import { createServer as createHttpServer } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { WebSocketServer } from "ws";
import { certificate, listening, mode } from "./support.mjs";

const http = mode === "tls" ? createHttpsServer(certificate) : createHttpServer();
const server = new WebSocketServer({ server: http, perMessageDeflate: false });

server.on("connection", (socket) => {
  // Without a listener a connection that is cut would end the process.
  socket.on("error", () => {});
  socket.on("message", (message, binary) => socket.send(message, { binary }));
});

http.listen(0, "127.0.0.1", () => {
  listening(/** @type {import("node:net").AddressInfo} */ (http.address()).port);
});
