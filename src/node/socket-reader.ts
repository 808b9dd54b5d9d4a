/**
 * Reads from a socket. The one place that reaches into Node's sockets: where that works, all sockets read into the same
 * buffer, instead of each read taking 64 KiB of fresh memory. That is what the `onread` option of `net.Socket` does; but
 * it can't be given to a socket that a server accepted, so what it sets is looked up on a socket of our own.
 *
 * @module
 */

import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createSimdMemory } from "./simd-memory.ts";
import { usesStreams } from "./streams-only.ts";

/** What the native side of a socket has for this. */
interface NativeSocket {
  useUserBuffer?: (buffer: Uint8Array) => void;
}

type Hidden = Record<symbol, unknown> & { readonly _handle?: NativeSocket | null };

/** Where a socket keeps its buffer, and what it calls when that was filled. */
interface Slots {
  readonly buffer: symbol;
  readonly callback: symbol;
}

/** Messages of 64 KiB come in one read; four times as much is not faster. */
const READ_SIZE = 256 * 1024;

let slots: Slots | false | undefined;
let shared: Buffer | undefined;

/** Takes what was read: `bytes` up to `end`, which it may change, and which are there only during the call. */
export type OnData = (bytes: Uint8Array, end: number) => void;

/** Calls `onData` with what comes in, once the socket is resumed. */
export function startReading(socket: Duplex, onData: OnData): void {
  // Also for what the socket has read before, wherever it reads to from now on.
  socket.on("data", (bytes: Uint8Array) => onData(bytes, bytes.length));
  if (socket instanceof Socket) shareBuffer(socket, onData);
}

function shareBuffer(socket: Socket, onData: OnData): void {
  slots ??= (!usesStreams && findSlots()) || false;
  const hidden = socket as unknown as Hidden;
  const handle = hidden._handle;
  if (!slots || typeof handle?.useUserBuffer !== "function") return;
  // Somebody gave this socket a buffer.
  if (hidden[slots.buffer]) return;
  const buffer = (shared ??= createSimdMemory(READ_SIZE) ?? Buffer.allocUnsafeSlow(READ_SIZE));
  hidden[slots.callback] = (size: number): boolean => {
    onData(buffer, size);
    return true;
  };
  hidden[slots.buffer] = buffer;
  handle.useUserBuffer(buffer);
}

function findSlots(): Slots | undefined {
  const buffer = Buffer.alloc(1);
  const callback = (): boolean => true;
  const socket = new Socket({ onread: { buffer, callback } } as object);
  const hidden = socket as unknown as Hidden;
  const symbols = Object.getOwnPropertySymbols(socket);
  const [bufferSlot] = symbols.filter((symbol) => hidden[symbol] === buffer);
  const [callbackSlot] = symbols.filter((symbol) => hidden[symbol] === callback);
  if (!bufferSlot || !callbackSlot) return undefined;
  return { buffer: bufferSlot, callback: callbackSlot };
}
