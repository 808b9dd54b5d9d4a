/**
 * All messages of a connection, to the last.
 *
 * @module
 */

import { ClosedError } from "../client/node/index.ts";
import type { Connection, Message } from "../client/node/index.ts";

/** Calls `each` for one message after the other, and resolves when the connection is closed, however. */
export async function receive(
  connection: Connection,
  each: (message: Message) => void | Promise<void>,
): Promise<void> {
  try {
    await connection.forEach(each);
  } catch (error) {
    if (!(error instanceof ClosedError)) throw error;
  }
}
