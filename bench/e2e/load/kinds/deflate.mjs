/**
 * The closed loop with compressed messages. How a server compresses is its own affair, so every reply is inflated and
 * compared, unless it is the same, byte by byte, as one to the same message that has been.
 *
 * @module
 */

import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { Failure, Unsupported } from "../failure.mjs";
import { FrameReader } from "../frames.mjs";
import { openMany } from "../handshake.mjs";
import { jsonMessage } from "../messages.mjs";
import { SendRing } from "../streams.mjs";
import { measureWindow } from "../window.mjs";
import { RSV1, TEXT, clientFrame } from "../wire.mjs";

/**
 * @typedef {object} DeflateLoad
 * @property {"deflate"} kind
 * @property {number} connections
 * @property {number} depth
 * @property {number} size Of a message before it is compressed.
 */

/** The end of a flushed block, which RFC 7692 section 7.2.1 leaves out. */
const TAIL = Buffer.from([0, 0, 0xff, 0xff]);

const flush = { finishFlush: constants.Z_SYNC_FLUSH };

/**
 * @param {DeflateLoad} load
 * @param {import("../main.mjs").Target} target
 */
export async function runDeflate(load, target) {
  const sockets = await openMany(load.connections, () => target);
  const failure = new Failure();
  let completed = 0;
  for (const [index, socket] of sockets.entries()) {
    const { ring, replies } = compressedConversation(load, index, target.socketIo);
    failure.watch(socket);
    socket.onData = (chunk, length) => {
      try {
        const count = replies.accept(chunk, length);
        completed += count;
        if (count > 0) socket.write(ring.take(count));
      } catch (error) {
        failure.fail(error instanceof Error ? error : new Error(String(error)));
      }
    };
    socket.write(ring.take(load.depth));
  }
  return Promise.race([measureWindow(target, () => completed), failure.promise]);
}

/**
 * @param {Pick<DeflateLoad, "depth" | "size">} load
 * @param {number} connection
 * @param {boolean} [socketIo]
 */
export function compressedConversation({ depth, size }, connection, socketIo = false) {
  const messages = Array.from({ length: Math.max(16, depth + 1) }, (_, index) => {
    const message = jsonMessage(connection, index, size);
    return socketIo ? Buffer.from(`42["m",${message.toString()}]`) : message;
  });
  const frames = messages.map((message) => {
    const deflated = deflateRawSync(message, flush);
    return clientFrame(TEXT, deflated.subarray(0, -TAIL.length), RSV1);
  });
  return { ring: new SendRing(frames), replies: new CompressedReplies(messages) };
}

/** The replies on one connection. */
class CompressedReplies {
  #messages;
  /** For each message the compressed form that was inflated and found to be right. */
  #known = /** @type {(Buffer | undefined)[]} */ ([]);
  #next = 0;
  #reader = new FrameReader();

  /** @param {readonly Buffer[]} messages What must come back, over and over. */
  constructor(messages) {
    this.#messages = messages;
  }

  /** The first message is the next to come. */
  restart() {
    this.#next = 0;
  }

  /**
   * @param {Buffer} chunk
   * @param {number} length
   * @returns {number} How many replies became complete.
   */
  accept(chunk, length) {
    const before = this.#next;
    this.#reader.read(chunk, length, (frame) => this.#check(frame));
    return this.#next - before;
  }

  /** @param {import("../frames.mjs").Frame} frame */
  #check({ opcode, compressed, payload }) {
    const index = this.#next++ % this.#messages.length;
    if (opcode !== TEXT) throw new Error(`a reply with opcode ${opcode}`);
    if (!compressed) throw new Unsupported("accepts permessage-deflate, but does not compress");
    if (this.#known[index]?.equals(payload)) return;
    const inflated = inflateRawSync(Buffer.concat([payload, TAIL]), flush);
    if (!inflated.equals(this.#messages[index] ?? TAIL)) throw new Error("a wrong reply");
    this.#known[index] = Buffer.from(payload);
  }
}
