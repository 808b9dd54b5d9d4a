/**
 * The client of the package `ws`; with or without `bufferutil` as its environment variables say.
 *
 * @module
 */

import { once } from "node:events";
import { WebSocket } from "ws";
import { runClients } from "./support.mjs";

await runClients(async (url, conversation, depth) => {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  await once(socket, "open");
  socket.on("message", (message) => {
    conversation.check(/** @type {Buffer} */ (message));
    socket.send(conversation.next());
  });
  for (let count = 0; count < depth; count++) socket.send(conversation.next());
});
