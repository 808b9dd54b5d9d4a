/**
 * This package's client. The first argument after the job chooses how it reads: `for-await` or `for-each`.
 *
 * @module
 */

import { connect } from "fullduplex";
import { runClients } from "./support.mjs";

const forEach = process.argv[3] === "for-each";

await runClients(async (url, conversation, depth) => {
  const connection = await connect(url, { compression: false });
  for (let count = 0; count < depth; count++) void connection.send(conversation.next());
  if (forEach) {
    void connection.forEach((message) => {
      conversation.check(/** @type {Uint8Array} */ (message));
      void connection.send(conversation.next());
    });
  } else void read(connection, conversation);
});

/**
 * @param {import("fullduplex").Connection} connection
 * @param {import("./support.mjs").Conversation} conversation
 */
async function read(connection, conversation) {
  for await (const message of connection) {
    conversation.check(/** @type {Uint8Array} */ (message));
    await connection.send(conversation.next());
  }
}
