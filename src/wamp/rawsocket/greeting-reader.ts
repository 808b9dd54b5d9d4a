/**
 * Reads the four bytes that a peer begins with from a socket.
 *
 * @module
 */

import type { Socket } from "node:net";
import { HANDSHAKE_BYTES, MAGIC } from "./handshake.ts";

/**
 * Calls `done` once, with the four bytes and with what came behind them. Less than four when they can't be a greeting any
 * more, so that nobody waits for the rest of it. The socket is paused then.
 */
export function readGreeting(
  socket: Socket,
  done: (greeting: Uint8Array, head: Uint8Array) => void,
): void {
  let received: Buffer = Buffer.alloc(0);
  const read = (bytes: Buffer): void => {
    received = received.length === 0 ? bytes : Buffer.concat([received, bytes]);
    if (received.length < HANDSHAKE_BYTES && received[0] === MAGIC) return;
    socket.off("data", read);
    socket.pause();
    done(received.subarray(0, HANDSHAKE_BYTES), received.subarray(HANDSHAKE_BYTES));
  };
  socket.on("data", read);
}
