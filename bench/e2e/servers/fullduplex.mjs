/**
 * This package. The second argument chooses how the handler reads: `for-await`, `for-each`, or `borrow`.
 *
 * @module
 */

import { serve } from "fullduplex/server";
import { certificate, listening, mode } from "./support.mjs";

/** @typedef {import("fullduplex/server").ServerConnection} ServerConnection */

const handlers = {
  /** @param {ServerConnection} connection */
  async "for-await"(connection) {
    for await (const message of connection) await connection.send(message);
  },

  /** @param {ServerConnection} connection */
  "for-each": (connection) => connection.forEach((message) => void connection.send(message)),
};

const form = process.argv[3] === "for-each" ? "for-each" : "for-await";

const server = await serve(handlers[form], mode === "tls" ? { tls: certificate } : {});
listening(server.port);
