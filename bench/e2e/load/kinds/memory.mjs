/**
 * What a connection costs in memory: the growth of the server while so many are open, and idle or after one message.
 *
 * @module
 */

import { setTimeout as sleep } from "node:timers/promises";
import { compressedConversation } from "./deflate.mjs";
import { Failure, Unsupported } from "../failure.mjs";
import { openMany } from "../handshake.mjs";
import { residentMemory } from "../usage.mjs";

/**
 * @typedef {object} MemoryLoad
 * @property {"memory"} kind
 * @property {number} connections
 * @property {number} [size] Of a compressed message that each connection echoes before; default: none.
 * @property {boolean} [offer] Offer permessage-deflate, as browsers do; servers do with it what is their default.
 */

/** Connections that come and go before, so that what a server makes once isn't counted. */
const FIRST = 100;

/** Milliseconds for a server to have settled after it was told to collect garbage. */
const SETTLE = 400;

/**
 * @param {MemoryLoad} load
 * @param {import("../main.mjs").Target} target
 */
export async function runMemory({ connections, size, offer = false }, target) {
  const opening = { ...target, offer };
  const first = await openMany(FIRST, () => opening);
  if (size !== undefined) await exchange(first, size, target);
  for (const socket of first) socket.destroy();
  const before = await settled(target.pid);
  const sockets = await openMany(connections, () => opening);
  if (size !== undefined) await exchange(sockets, size, target);
  const after = await settled(target.pid);
  return { bytesEach: (after - before) / connections };
}

/**
 * Sends one message on each connection, and waits for the replies.
 *
 * @param {readonly import("../socket.mjs").LoadSocket[]} sockets
 * @param {number} size
 * @param {import("../main.mjs").Target} target
 */
async function exchange(sockets, size, target) {
  const failure = new Failure();
  const { ring, replies } = compressedConversation({ depth: 1, size }, 0, target.socketIo);
  const message = ring.take(1);
  for (const socket of sockets) {
    const answered = new Promise((resolve) => {
      socket.onData = (chunk, length) => {
        try {
          if (replies.accept(chunk, length) > 0) resolve(undefined);
        } catch (error) {
          failure.fail(error instanceof Error ? error : new Error(String(error)));
        }
      };
    });
    failure.watch(socket);
    replies.restart();
    socket.write(message);
    await Promise.race([answered, failure.promise]);
    socket.onClose = () => {};
  }
}

/**
 * The memory of a process that has nothing to do and no garbage.
 *
 * @param {number} pid
 */
async function settled(pid) {
  for (let count = 0; count < 2; count++) {
    await sleep(SETTLE);
    process.kill(pid, "SIGUSR2");
  }
  await sleep(SETTLE);
  const bytes = residentMemory(pid);
  if (bytes === undefined) throw new Unsupported("this system doesn't tell a process's memory");
  return bytes;
}
