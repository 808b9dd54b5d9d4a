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

/** Whoever reads from a socket. */
export interface Reader {
  /** Takes what was read: `bytes` up to `end`, which it may change, and which are there only during the call. */
  received(bytes: Uint8Array, end: number): void;
}

/** Where a socket keeps its reader: the listeners are the same functions for all sockets, as each takes memory. */
export const READER: unique symbol = Symbol("reader");

interface Read {
  [READER]: Reader;
}

/** Gives `reader` what comes in, once the socket is resumed. */
export function startReading(socket: Duplex, reader: Reader): void {
  (socket as unknown as Read)[READER] = reader;
  // Also for what the socket has read before, wherever it reads to from now on.
  socket.on("data", onBytes);
  if (socket instanceof Socket) shareBuffer(socket);
}

function onBytes(this: unknown, bytes: Uint8Array): void {
  (this as Read)[READER].received(bytes, bytes.length);
}

function shareBuffer(socket: Socket): void {
  slots ??= (!usesStreams && findSlots()) || false;
  const hidden = socket as unknown as Hidden;
  const handle = hidden._handle;
  if (!slots || typeof handle?.useUserBuffer !== "function") return;
  // Somebody gave this socket a buffer.
  if (hidden[slots.buffer]) return;
  shared ??= createSimdMemory(READ_SIZE) ?? Buffer.allocUnsafeSlow(READ_SIZE);
  hidden[slots.callback] = onShared;
  hidden[slots.buffer] = shared;
  handle.useUserBuffer(shared);
}

function onShared(this: unknown, size: number, buffer: Buffer): boolean {
  (this as Read)[READER].received(buffer, size);
  return true;
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
