import { once } from "node:events";
import { Socket } from "node:net";
import { afterEach, describe, expect, test, vi } from "vitest";

import {
  hasWritableHandle,
  pendingInHandle,
  writeToHandle,
} from "../../../src/node/handle-writer.ts";
import { usesStreams } from "../../../src/node/streams-only.ts";
import { tcpPair } from "./support/tcp-pair.ts";

/** From Node 26 on, the stream itself makes no request for what the kernel takes at once. */
const [major = 0] = process.versions.node.split(".").map(Number);
const isUsed = !usesStreams && major < 26;

const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** A socket that is written to through its handle. */
class HandleWriter {
  unfinishedWrites = 0;
  readonly socket: Socket;
  readonly drained: () => void;

  constructor(socket: Socket, drained: () => void) {
    if (!hasWritableHandle(socket)) throw new Error("this runtime has no such handles");
    this.socket = socket;
    this.drained = drained;
  }

  get pending(): number {
    return pendingInHandle(this.socket, this);
  }

  write(bytes: Uint8Array): boolean {
    return writeToHandle(this.socket, bytes, this);
  }
}

interface Setup {
  readonly socket: Socket;
  readonly peer: Socket;
  readonly writer: HandleWriter;
  readonly completed: ReturnType<typeof vi.fn>;
}

async function setUp(): Promise<Setup> {
  const [peer, socket] = await tcpPair();
  sockets.push(peer, socket);
  const completed = vi.fn();
  const writer = new HandleWriter(socket, completed);
  return { socket, peer, writer, completed };
}

async function receive(peer: Socket, size: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let received = 0;
  peer.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    received += chunk.length;
  });
  while (received < size) await once(peer, "data");
  return Buffer.concat(chunks);
}

test("there is none where only streams are to be used, or the handle is of another kind", async () => {
  const [peer, socket] = await tcpPair();
  sockets.push(peer, socket);
  expect(hasWritableHandle(socket)).toBe(isUsed);
  expect(hasWritableHandle(new Socket())).toBe(false);
});

describe.skipIf(!isUsed)("a handle writer", () => {
  test("writes at once, and its memory is free then", async () => {
    const { writer, peer, socket } = await setUp();
    const bytes = Buffer.alloc(3);
    for (const text of ["abc", "def", "ghi"]) {
      bytes.write(text);
      expect(writer.write(bytes)).toBe(true);
      expect(writer.pending).toBe(0);
    }
    expect(String(await receive(peer, 9))).toBe("abcdefghi");
    expect(socket.bytesWritten).toBe(9);
  });

  test("keeps what the kernel doesn't take, in order, and says when it has", async () => {
    const { writer, peer, socket, completed } = await setUp();
    const chunks: Buffer[] = [];
    for (let index = 0; writer.pending === 0; index++) {
      chunks.push(Buffer.alloc(256 * 1024, index + 1));
      expect(writer.write(chunks.at(-1) as Buffer)).toBe(true);
    }
    expect(completed).not.toHaveBeenCalled();
    chunks.push(Buffer.from("behind it"), Buffer.from(", by the stream"));
    writer.write(chunks.at(-2) as Buffer);
    socket.write(chunks.at(-1) as Buffer);
    const expected = Buffer.concat(chunks);
    const received = await receive(peer, expected.length);
    expect(received.equals(expected)).toBe(true);
    expect(writer.pending).toBe(0);
    expect(completed).toHaveBeenCalledTimes(2);
  });

  test("uses no request again that the native side has kept, though the kernel took all bytes", async () => {
    // The first attempt to write takes a part, and another one right after it the rest, if the peer reads meanwhile.
    const requests: object[] = [];
    let isKept = true;
    const handle = {
      writeBuffer(request: { getAsyncId(): number }): number {
        requests.push(request);
        if (isKept) request.getAsyncId = () => 1;
        return 0;
      },
      writeQueueSize: 0,
    };
    const socket = Object.assign(new Socket(), { _handle: handle });
    const completed = vi.fn();
    const writer = new HandleWriter(socket, completed);
    writer.write(Buffer.from("a"));
    expect(writer.pending).toBe(0);
    isKept = false;
    writer.write(Buffer.from("b"));
    writer.write(Buffer.from("c"));
    expect(requests[1]).not.toBe(requests[0]);
    expect(requests[2]).toBe(requests[1]);
    (requests[0] as { oncomplete(status: number): void }).oncomplete(0);
    expect(completed).toHaveBeenCalledTimes(1);
  });

  test("leaves it to the stream while that has something to write", async () => {
    const { writer, peer, socket } = await setUp();
    socket.cork();
    socket.write("first, ");
    expect(writer.write(Buffer.from("no"))).toBe(false);
    socket.uncork();
    while (socket.writableLength > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(writer.write(Buffer.from("second"))).toBe(true);
    expect(String(await receive(peer, 13))).toBe("first, second");
  });

  test("does nothing once the socket is gone", async () => {
    const { writer, socket, completed } = await setUp();
    const chunk = Buffer.alloc(256 * 1024);
    while (writer.pending === 0) writer.write(chunk);
    socket.destroy();
    expect(writer.write(chunk)).toBe(false);
    expect(writer.pending).toBe(0);
    await once(socket, "close");
    await vi.waitFor(() => expect(completed).toHaveBeenCalledTimes(1));
  });

  test("the end of the stream comes after what is pending", async () => {
    const { writer, peer, socket } = await setUp();
    const chunk = Buffer.alloc(256 * 1024, 7);
    let size = 0;
    while (writer.pending === 0) {
      writer.write(chunk);
      size += chunk.length;
    }
    socket.end();
    const ended = once(peer, "end");
    const received = await receive(peer, size);
    expect(received.every((byte) => byte === 7)).toBe(true);
    await ended;
  });

  test("a connection that was reset destroys the socket with the error that the stream would give", async () => {
    const { writer, peer, socket } = await setUp();
    const failed = once(socket, "error");
    peer.resetAndDestroy();
    await once(peer, "close");
    const bytes = Buffer.alloc(10);
    // (The reset comes in with some turn of the event loop.)
    while (!socket.destroyed) {
      writer.write(bytes);
      await new Promise((resolve) => setImmediate(resolve));
    }
    const [error] = (await failed) as [NodeJS.ErrnoException];
    expect(["EPIPE", "ECONNRESET"]).toContain(error.code);
    expect(error).toMatchObject({
      syscall: expect.stringMatching(/write|read/),
      errno: expect.any(Number),
    });
  });
});
