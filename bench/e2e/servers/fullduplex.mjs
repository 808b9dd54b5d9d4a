/**
 * This package. The second argument chooses how the handler reads: `for-await`, `for-each`, or `borrow`.
 *
 * @module
 */

import { broadcast, serve } from "fullduplex/server";
import { broadcaster } from "./broadcaster.mjs";
import { listening, mode, tls } from "./support.mjs";

/** @typedef {import("fullduplex/server").ServerConnection} ServerConnection */
/** @typedef {(connection: ServerConnection) => Promise<void>} Handler */

/** @type {Record<string, Handler>} */
const handlers = {
  async "for-await"(connection) {
    for await (const message of connection) await connection.send(message);
  },

  "for-each": (connection) => connection.forEach((message) => void connection.send(message)),

  borrow: (connection) =>
    connection.forEach((message) => void connection.send(message), { borrow: true }),
};

const control = broadcaster((text) => broadcast(server.connections, text));

/** @type {Handler} */
const broadcasts = (connection) => connection.forEach((message) => control(String(message)));

const echo = handlers[process.argv[3] ?? "for-await"];
if (!echo) throw new Error(`there is no form ${process.argv[3]}`);
const server = await serve(mode === "broadcast" ? broadcasts : echo, {
  // Default options, but for clients that would compress if they could.
  ...(mode === "plain" && { compression: false }),
  ...(tls && { tls }),
});
listening(server.port);
