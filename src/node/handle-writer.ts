/**
 * Writes to the native handle of a socket, past its stream. The kernel takes most writes at once, and then the stream's
 * bookkeeping (a request object, a callback, a tick) costs as much as the rest of a short message. What is used is tried
 * out first, on the runtime at hand; where anything is missing, everything goes through the stream. (So it does from
 * Node 26 on, whose streams spare the request themselves.)
 *
 * @module
 */

import { Socket } from "node:net";
import { getSystemErrorName } from "node:util";
import { usesStreams } from "./streams-only.ts";

/** What the stream gives to the handle with each write; the native side keeps it while the kernel is not done. */
interface WriteRequest {
  /** -1 while the native side doesn't keep it. */
  getAsyncId(): number;
  oncomplete?: (status: number) => void;
  /** Keeps the memory alive. */
  buffer?: Uint8Array;
}

interface NativeHandle {
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number;
  /** The bytes that the kernel has not taken. */
  readonly writeQueueSize: number;
}

/** Whose writes they are. */
export interface HandleOwner {
  /** How many of its writes the kernel has not taken entirely; counted here. */
  unfinishedWrites: number;
  /** The kernel has taken one of them. */
  drained(): void;
}

/** The identifier of what the native side doesn't keep. */
const FREE = -1;

type RequestClass = new () => WriteRequest;

let requestClass: RequestClass | false | undefined;
/** A request that the native side did not keep, to be used again. */
let spare: WriteRequest | undefined;

/** Whether a socket's handle can be written to; where it can't, only the stream is used. */
export function hasWritableHandle(socket: Socket): boolean {
  if (typeof handleOf(socket)?.writeQueueSize !== "number") return false;
  requestClass ??= !usesStreams && findRequestClass();
  return requestClass !== false;
}

/** The bytes written by {@link writeToHandle} that the kernel has not taken. */
export function pendingInHandle(socket: Socket, owner: HandleOwner): number {
  if (owner.unfinishedWrites === 0) return 0;
  return handleOf(socket)?.writeQueueSize ?? 0;
}

/**
 * Writes `bytes`, which must not change until nothing is pending. Returns `false`, and does nothing, while the stream
 * itself has something to write, or is gone. The socket is one that {@link hasWritableHandle}.
 */
export function writeToHandle(socket: Socket, bytes: Uint8Array, owner: HandleOwner): boolean {
  const handle = handleOf(socket);
  if (!handle || socket.writableLength > 0 || socket.writableCorked > 0) return false;
  const request = spare ?? new (requestClass as RequestClass)();
  spare = undefined;
  const status = handle.writeBuffer(request, bytes);
  if (status !== 0) socket.destroy(toError(status));
  // (Also when nothing is queued any more: what the first attempt left over, the second one may have written.)
  else if (request.getAsyncId() !== FREE) keep(request, bytes, socket, owner);
  else spare = request;
  return true;
}

function keep(request: WriteRequest, bytes: Uint8Array, socket: Socket, owner: HandleOwner): void {
  owner.unfinishedWrites++;
  request.buffer = bytes;
  request.oncomplete = (status): void => {
    owner.unfinishedWrites--;
    if (status < 0 && !socket.destroyed) socket.destroy(toError(status));
    owner.drained();
  };
}

function handleOf(socket: Socket): NativeHandle | null | undefined {
  return (socket as unknown as { readonly _handle?: NativeHandle | null })._handle;
}

/** The error that the stream would have made. */
function toError(status: number): Error {
  const code = getSystemErrorName(status);
  return Object.assign(new Error(`write ${code}`), { errno: status, code, syscall: "write" });
}

/** Looks at what a stream gives to a handle of ours. */
function findRequestClass(): RequestClass | false {
  let request: unknown;
  const handle = {
    writeBuffer: (given: unknown): number => ((request = given), 0),
    getAsyncId: (): number => 0,
    readStart: (): number => 0,
    readStop: (): number => 0,
    close: (): void => {},
  };
  try {
    const socket = new Socket({ handle } as object);
    socket.on("error", () => {});
    socket.write(Buffer.alloc(1));
    socket.destroy();
    const { constructor } = request as { constructor?: unknown };
    if (typeof constructor !== "function" || constructor.name !== "WriteWrap") return false;
    const Request = constructor as RequestClass;
    return new Request().getAsyncId() === FREE && Request;
  } catch {
    return false;
  }
}
