import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { Duplex } from "node:stream";
import { connect, createServer } from "node:tls";
import type { TLSSocket } from "node:tls";

import { afterEach, expect, test } from "vitest";

import { startReading } from "../../../src/node/socket-reader.ts";
import { usesStreams } from "../../../src/node/streams-only.ts";

import { certificate } from "../../support/certificates.ts";
import { tcpPair } from "./support/tcp-pair.ts";

const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

async function pair(): Promise<[Socket, Socket]> {
  const both = await tcpPair();
  sockets.push(...both);
  return both;
}

/** Reads from `socket` until so many bytes have come. */
function read(
  socket: Duplex,
  size: number,
): { text: Promise<string>; memory: Set<ArrayBufferLike> } {
  const memory = new Set<ArrayBufferLike>();
  const text = new Promise<string>((resolve) => {
    let received = "";
    startReading(socket, {
      received(bytes, end) {
        memory.add(bytes.buffer);
        received += Buffer.from(bytes.subarray(0, end)).toString();
        // It is ours during the call.
        bytes.fill(0);
        if (received.length >= size) resolve(received);
      },
    });
    socket.resume();
  });
  return { text, memory };
}

test.skipIf(usesStreams)("sockets of the system share the memory they read to", async () => {
  const pairs = [await pair(), await pair()];
  const reads = pairs.map(([, socket]) => read(socket, 20));
  for (let i = 0; i < 10; i++) {
    for (const [peer] of pairs) peer.write(`${i},`);
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const { text } of reads) expect(await text).toBe("0,1,2,3,4,5,6,7,8,9,");
  expect(new Set(reads.flatMap(({ memory }) => [...memory])).size).toBe(1);
});

test.skipIf(usesStreams)("sockets with TLS share it too", async () => {
  const server = createServer(certificate("server"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const accepted = once(server, "secureConnection");
  const peer = connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
  const [socket] = (await accepted) as [TLSSocket];
  sockets.push(peer, socket);
  server.close();
  const { text, memory } = read(socket, 100_006);
  peer.write("first,");
  peer.write("x".repeat(100_000));
  expect(await text).toBe(`first,${"x".repeat(100_000)}`);
  const [plainPeer, plain] = await pair();
  const plainRead = read(plain, 2);
  plainPeer.write("ab");
  await plainRead.text;
  expect([...memory]).toEqual([...plainRead.memory]);
});

test("what was read before comes first", async () => {
  const [peer, socket] = await pair();
  socket.resume();
  socket.pause();
  peer.write("early,");
  while (socket.readableLength === 0) {
    await new Promise((resolve) => setImmediate(resolve));
    socket.read(0);
  }
  const { text } = read(socket, 11);
  peer.write("later");
  expect(await text).toBe("early,later");
});

test("a paused socket reads nothing until it is resumed", async () => {
  const [peer, socket] = await pair();
  const chunks: string[] = [];
  startReading(socket, {
    received(bytes, end) {
      chunks.push(Buffer.from(bytes.subarray(0, end)).toString());
      socket.pause();
    },
  });
  socket.resume();
  peer.write("1");
  while (chunks.length < 1) await new Promise((resolve) => setImmediate(resolve));
  peer.write("2");
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
  expect(chunks).toEqual(["1"]);
  socket.resume();
  while (chunks.length < 2) await new Promise((resolve) => setImmediate(resolve));
  expect(chunks).toEqual(["1", "2"]);
});

test("the end of the stream is noticed", async () => {
  const [peer, socket] = await pair();
  const { text } = read(socket, 3);
  const ended = new Promise((resolve) => socket.on("end", resolve));
  peer.end("end");
  expect(await text).toBe("end");
  await ended;
});

test("other streams are read as streams", async () => {
  const stream = new Duplex({ read: () => {}, write: (_chunk, _encoding, callback) => callback() });
  const { text } = read(stream, 2);
  stream.push("ab");
  expect(await text).toBe("ab");
});

test("sockets without a buffer of ours are read as streams, too", async () => {
  const [peer, socket] = await pair();
  Object.assign((socket as unknown as { _handle: object })._handle, { useUserBuffer: undefined });
  const { text, memory } = read(socket, 2);
  peer.write("ab");
  expect(await text).toBe("ab");
  const [otherPeer, other] = await pair();
  const otherRead = read(other, 2);
  otherPeer.write("cd");
  await otherRead.text;
  expect([...memory][0]).not.toBe([...otherRead.memory][0]);
});
