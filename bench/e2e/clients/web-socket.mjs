/**
 * The `WebSocket` of a runtime that has one: Bun's and Deno's.
 *
 * @module
 */

import { runClients } from "./support.mjs";

await runClients(async (url, conversation, depth) => {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve);
    socket.addEventListener("error", () => reject(new Error("could not connect")));
  });
  socket.addEventListener("message", ({ data }) => {
    conversation.check(new Uint8Array(data));
    socket.send(conversation.next());
  });
  for (let count = 0; count < depth; count++) socket.send(conversation.next());
});
