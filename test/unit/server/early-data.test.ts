import { duplexPair } from "node:stream";
import { describe, expect, test } from "vitest";
import { EarlyData } from "../../../src/server/early-data.ts";

const LIMIT = 64 * 1024;

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function numbered(size: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: size }, (_, index) => index % 251));
}

describe("early data", () => {
  test("is what came with the request, when nothing else comes", () => {
    const [socket] = duplexPair();
    const head = Buffer.from("head");
    expect(new EarlyData(socket, head).take()).toEqual(head);
    expect(socket.listenerCount("data")).toBe(0);
  });

  test("is kept in order, byte by byte", async () => {
    const [socket, peer] = duplexPair();
    const bytes = numbered(1000);
    // A larger buffer, whose other bytes are not ours to write to.
    const packet = Buffer.from(bytes);
    const early = new EarlyData(socket, packet.subarray(0, 10));
    for (let at = 10; at < bytes.length; at++) peer.write(bytes.subarray(at, at + 1));
    await turn();
    expect(Buffer.from(early.take()).equals(bytes)).toBe(true);
    expect(packet.equals(numbered(1000))).toBe(true);
  });

  test("stays in the socket beyond the limit, and once it was taken", async () => {
    const [socket, peer] = duplexPair();
    const early = new EarlyData(socket, Buffer.of());
    const bytes = numbered(LIMIT + 4000);
    for (let at = 0; at < bytes.length; at += 1000) {
      peer.write(bytes.subarray(at, at + 1000));
      await turn();
    }
    const kept = early.take();
    expect(kept.length).toBeGreaterThanOrEqual(LIMIT);
    expect(kept.length).toBeLessThan(LIMIT + 1000);
    await turn();
    const rest: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => rest.push(chunk));
    socket.resume();
    await turn();
    expect(Buffer.concat([kept, ...rest]).equals(bytes)).toBe(true);
  });

  test("is not read at all when enough came with the request", async () => {
    const [socket, peer] = duplexPair();
    const early = new EarlyData(socket, numbered(LIMIT));
    peer.write("more");
    await turn();
    expect(early.take()).toHaveLength(LIMIT);
    expect(socket.read()).toEqual(Buffer.from("more"));
  });
});
