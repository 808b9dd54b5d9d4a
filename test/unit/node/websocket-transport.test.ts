import { describe, expect, test } from "vitest";

import { prepare } from "../../../src/connection/prepared-message.ts";
import { LEND_LIMIT } from "../../../src/connection/transport.ts";
import { LimitError, ProtocolError } from "../../../src/errors.ts";
import { createCodec } from "../../../src/node/deflate/codec.ts";
import type { DeflateCodec } from "../../../src/node/deflate/codec.ts";
import { WebSocketTransport } from "../../../src/node/websocket-transport.ts";
import type { WebSocketTransportOptions } from "../../../src/node/websocket-transport.ts";
import { FakeSocket } from "./support/fake-socket.ts";
import { RecordingSink } from "./support/recording-sink.ts";
import { readHex, tcpPair } from "./support/tcp-pair.ts";

const NO_TAKEOVER = {
  serverContextTakeover: false,
  clientContextTakeover: false,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};
const TAKEOVER = { ...NO_TAKEOVER, serverContextTakeover: true, clientContextTakeover: true };

/** A frame of a client, masked with zeros. */
function masked(first: string, payload: string): string {
  const size = payload.length / 2;
  return `${first}${(0x80 | size).toString(16)}00000000${payload}`;
}

function text(message: string): string {
  return masked("81", Buffer.from(message).toString("hex"));
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function tick(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

interface Setup {
  socket: FakeSocket;
  sink: RecordingSink;
  transport: WebSocketTransport;
}

/** A transport that has begun to read. */
async function open(options: Partial<WebSocketTransportOptions> = {}): Promise<Setup> {
  const socket = new FakeSocket();
  const sink = new RecordingSink();
  const transport = new WebSocketTransport(socket, sink, { role: "server", ...options });
  await tick();
  return { socket, sink, transport };
}

describe("receiving", () => {
  test("begins after the current tick, with the bytes that came with the handshake", async () => {
    const socket = new FakeSocket();
    const sink = new RecordingSink();
    socket.feed(text("2"));
    const head = Buffer.from(text("1"), "hex");
    const transport = new WebSocketTransport(socket, sink, { role: "server", head });
    socket.feed(text("3"));
    expect(sink.calls).toEqual([]);
    await sink.until("message", 3);
    expect(sink.messages).toEqual(["1", "2", "3"]);
    transport.abort();
  });

  test("reports progress once for each read, after its messages, with the bytes held back", async () => {
    const { socket, sink } = await open();
    socket.feed(text("a") + text("b") + masked("01", "6162"));
    await turn();
    expect(sink.calls).toEqual([
      ["message", "a"],
      ["message", "b"],
      ["progress", 2],
    ]);
  });

  test("delivers binary messages as buffers, pongs, and the parts that were asked for", async () => {
    const { socket, sink, transport } = await open();
    socket.feed(masked("82", "0102") + masked("8a", "03"));
    await turn();
    transport.receiveParts(true);
    socket.feed(masked("01", "61"));
    await turn();
    socket.feed(masked("80", "62") + text("c"));
    await turn();
    expect(sink.events).toEqual([
      ["message", Buffer.from([1, 2])],
      ["pong", Buffer.from([3])],
      ["part", "a", false],
      ["part", "b", true],
      ["message", "c"],
    ]);
    expect(Buffer.isBuffer(sink.messages[0])).toBe(true);
  });

  test("delivers at once, as a part, what has come of a message that is then wanted in parts", async () => {
    const { socket, sink, transport } = await open();
    socket.feed(masked("01", "6162"));
    await turn();
    transport.receiveParts(true);
    expect(sink.events).toEqual([["part", "ab", false]]);
  });

  test("answers a ping", async () => {
    const { socket } = await open();
    socket.feed(masked("89", "68656c6c6f"));
    await turn();
    expect(socket.hex).toBe("8a0568656c6c6f");
  });

  test("stops while paused, and goes on when resumed", async () => {
    const { socket, sink, transport } = await open();
    transport.pause();
    transport.pause();
    socket.feed(text("later"));
    await turn();
    expect(sink.calls).toEqual([]);
    transport.resume();
    await sink.until("message");
    expect(sink.messages).toEqual(["later"]);
  });

  test("lends the bytes of a message only up to the length that senders read at once", async () => {
    const { socket, sink } = await open({ role: "client", maxMessage: 1024 * 1024 });
    sink.borrows = true;
    for (const size of [LEND_LIMIT, LEND_LIMIT + 1]) {
      const frame = Buffer.alloc(10 + size, 1);
      frame.writeUInt16BE(0x827f);
      frame.writeBigUInt64BE(BigInt(size), 2);
      socket.push(frame);
      await turn();
      frame.fill(2);
    }
    const [lent, kept] = sink.messages as Uint8Array[];
    expect(lent?.[0]).toBe(2);
    expect(kept?.[0]).toBe(1);
  });

  test("delivers nothing that comes after the connection was aborted by the receiver of a message", async () => {
    const { socket, sink, transport } = await open();
    sink.onMessage = () => transport.abort();
    socket.feed(text("1") + text("2"));
    await sink.until("closed");
    expect(sink.messages).toEqual(["1"]);
  });
});

describe("sending", () => {
  test("writes a lone message at once", async () => {
    const { socket, transport } = await open();
    void transport.send("hi", {});
    expect(socket.hex).toBe("81026869");
  });

  test("writes several messages of one turn together", async () => {
    const { socket, transport } = await open();
    for (let i = 0; i < 5; i++) void transport.send(String(i), {});
    await turn();
    expect(socket.writes.map((bytes) => bytes.toString("hex"))).toEqual([
      "810130",
      "810131810132810133810134",
    ]);
    // Whoever does that once will do it again.
    for (let i = 5; i < 8; i++) void transport.send(String(i), {});
    await turn();
    expect(socket.writes.slice(2).map((bytes) => bytes.toString("hex"))).toEqual([
      "810135810136810137",
    ]);
  });

  test("writes what was sent while messages were delivered in one piece", async () => {
    const { socket, sink, transport } = await open();
    sink.onMessage = (message) => void transport.send(message, {});
    socket.feed(text("1") + text("2") + text("3"));
    await turn();
    expect(socket.writes.map((bytes) => bytes.toString("hex"))).toEqual(["810131810132810133"]);
  });

  test("sends bytes as text, parts, and pings", async () => {
    const { socket, transport } = await open();
    void transport.send(Buffer.from("a"), { text: true });
    void transport.send(Buffer.from("b"), {});
    transport.sendPart("c", true, false);
    transport.ping(Buffer.from("p"));
    transport.sendPart("", true, true);
    await turn();
    expect(socket.hex).toBe("810161" + "820162" + "010163" + "890170" + "8000");
  });

  test.each([1, 1000, 20_000, LEND_LIMIT])(
    "reads %i bytes during the call only, however slow the peer",
    async (size) => {
      const { socket, transport } = await open();
      socket.isStuck = true;
      const message = Buffer.alloc(size, 1);
      expect(transport.send("first", {})).toBeUndefined();
      expect(transport.send(message, {})).toBeUndefined();
      message.fill(2);
      await turn();
      socket.release();
      await turn();
      expect(Buffer.concat(socket.writes).includes(2, 10 + 7)).toBe(false);
      expect(Buffer.concat(socket.writes).length).toBeGreaterThan(size);
    },
  );

  test("reads parts of any size during the call only", async () => {
    const { socket, transport } = await open();
    socket.isStuck = true;
    const part = Buffer.alloc(LEND_LIMIT * 2, 1);
    transport.sendPart(part, false, false);
    part.fill(9);
    socket.release();
    await turn();
    expect(Buffer.concat(socket.writes).subarray(10).includes(9)).toBe(false);
  });

  test("borrows longer bytes until they are written, without copying them", async () => {
    const { socket, transport } = await open();
    socket.isStuck = true;
    let isReturned = false;
    const loan = transport.send(Buffer.alloc(LEND_LIMIT + 1, 1), {});
    void loan?.then(() => (isReturned = true));
    await turn();
    expect(isReturned).toBe(false);
    socket.release();
    await turn();
    expect(isReturned).toBe(true);
  });

  test("returns what it borrowed when the connection ends", async () => {
    const { socket, transport } = await open();
    socket.isStuck = true;
    const loans = [1, 2, 3].map(() => transport.send(Buffer.alloc(LEND_LIMIT + 1), {}));
    transport.abort();
    for (const loan of loans) await expect(loan).resolves.toBeUndefined();
  });

  test("masks a copy as a client, so that longer bytes are returned at once", async () => {
    const { socket, transport } = await open({ role: "client" });
    socket.isStuck = true;
    const message = Buffer.alloc(LEND_LIMIT + 1, 1);
    await transport.send(message, {});
    expect(message.equals(Buffer.alloc(LEND_LIMIT + 1, 1))).toBe(true);
    expect(socket.writes[0]?.subarray(0, 2).toString("hex")).toBe("82ff");
  });

  test("counts what the socket has not taken, and tells when that becomes less", async () => {
    const { socket, sink, transport } = await open();
    socket.isStuck = true;
    void transport.send(Buffer.alloc(1000), {});
    expect(transport.bufferedAmount).toBe(1004);
    void transport.send(Buffer.alloc(1000), {});
    expect(transport.bufferedAmount).toBe(2008);
    await turn();
    expect(transport.bufferedAmount).toBe(2008);
    sink.calls.length = 0;
    socket.release();
    await sink.until("drain");
    expect(transport.bufferedAmount).toBe(0);
  });

  test("sends nothing after the closing handshake has begun", async () => {
    const { socket, transport } = await open();
    transport.close(1000, "");
    expect(transport.send(Buffer.alloc(LEND_LIMIT + 1), {})).toBeUndefined();
    transport.sendPart("a", true, true);
    transport.ping(Buffer.from("p"));
    transport.close(1001, "");
    await turn();
    expect(socket.hex).toBe("880203e8");
  });

  test("answers only the latest ping of a peer that doesn't read", async () => {
    const { socket, transport } = await open();
    socket.isStuck = true;
    void transport.send(Buffer.alloc(100_000), {});
    for (let i = 0; i < 1000; i++) {
      socket.feed(masked("89", i.toString(16).padStart(4, "0")));
      if (i % 100 === 0) await turn();
    }
    await turn();
    // The first answers were queued before the congestion was noticed.
    expect(transport.bufferedAmount).toBeLessThan(100_000 + 100);
    socket.release();
    await turn();
    await turn();
    expect(socket.hex.endsWith("8a0203e7")).toBe(true);
  });
});

describe("prepared messages", () => {
  const big = "a compressible message, ".repeat(100);

  async function openMany(
    count: number,
    codec: () => DeflateCodec | undefined,
    role: "client" | "server" = "server",
  ): Promise<Setup[]> {
    return Promise.all(Array.from({ length: count }, () => open({ role, codec: codec() })));
  }

  test("are framed once for all servers' connections", async () => {
    const setups = await openMany(2, () => undefined);
    const message = prepare("hi");
    for (const { transport } of setups) void transport.send(message, {});
    expect(setups.map(({ socket }) => socket.hex)).toEqual(["81026869", "81026869"]);
    expect([...message.derived.keys()]).toEqual(["node:bytes", "node:frame"]);
  });

  test("are compressed once for all connections without context takeover", async () => {
    let compressed = 0;
    const setups = await openMany(3, () => {
      const codec = createCodec("server", NO_TAKEOVER, {});
      return {
        threshold: codec.threshold,
        sharedKey: codec.sharedKey,
        compress: (bytes) => (compressed++, codec.compress(bytes)),
        decompress: (bytes, limit) => codec.decompress(bytes, limit),
        close: () => codec.close(),
      };
    });
    const message = prepare(big);
    for (const { transport } of setups) void transport.send(message, {});
    expect(compressed).toBe(1);
    expect(setups[0]?.socket.hex.startsWith("c1")).toBe(true);
    expect(setups[1]?.socket.hex).toBe(setups[0]?.socket.hex);
    // Small ones, and those for which it is switched off, go as they are.
    void setups[2]?.transport.send(prepare("hi"), {});
    void setups[2]?.transport.send(message, { compress: false });
    await turn();
    expect(setups[2]?.socket.hex).toContain("81026869" + "817e0960");
  });

  test("are compressed for each connection with context takeover", async () => {
    const [setup] = await openMany(1, () => createCodec("server", TAKEOVER, {}));
    const message = prepare(big);
    void setup?.transport.send(message, {});
    void setup?.transport.send(message, {});
    await turn();
    const [first, second] = setup?.socket.writes ?? [];
    expect(second!.length).toBeLessThan(first!.length / 2);
  });

  test("are compressed once off the event loop when they are large", async () => {
    const setups = await openMany(2, () => createCodec("server", NO_TAKEOVER, {}));
    const message = prepare(big.repeat(100));
    for (const { transport } of setups) {
      void transport.send(message, {});
      void transport.send("after", {});
      expect(transport.bufferedAmount).toBeGreaterThan(240_000);
    }
    await Promise.all(setups.map(({ sink }) => sink.until("drain")));
    for (const { socket } of setups) {
      expect(socket.hex.startsWith("c1")).toBe(true);
      expect(socket.hex.endsWith("81056166746572")).toBe(true);
    }
  });

  test("are masked for each connection of a client", async () => {
    const [setup] = await openMany(1, () => undefined, "client");
    void setup?.transport.send(prepare(Buffer.from("hi")), {});
    expect(setup?.socket.hex).toMatch(/^8282[0-9a-f]{12}$/);
  });
});

describe("compression off the event loop", () => {
  const large = Buffer.alloc(LEND_LIMIT + 1, "large ");

  function codec(role: "client" | "server"): DeflateCodec {
    return createCodec(role, NO_TAKEOVER, { threshold: 0 });
  }

  test("keeps the order of what is sent, and counts it", async () => {
    const { socket, sink, transport } = await open({ codec: codec("server") });
    const loan = transport.send(large, {});
    const later = Buffer.alloc(20_000, 1);
    void transport.send(later, { compress: false });
    later.fill(2);
    expect(transport.bufferedAmount).toBeGreaterThanOrEqual(large.length + later.length);
    await loan;
    await sink.until("drain");
    const written = Buffer.concat(socket.writes);
    expect(written[0]).toBe(0xc2);
    expect(written.subarray(-20_000).equals(Buffer.alloc(20_000, 1))).toBe(true);
  });

  test("pauses reading, and delivers what it inflated before what came later", async () => {
    const compressed = Buffer.from(await codec("server").compress(large));
    const { socket, sink } = await open({ codec: codec("server"), role: "client" });
    const bomb = Buffer.from(await codec("server").compress(Buffer.alloc(1024 * 1024 - 5, 1)));
    const header = Buffer.from([0xc2, 126, bomb.length >> 8, bomb.length & 0xff]);
    socket.push(Buffer.concat([header, bomb]));
    await turn();
    socket.feed("810161");
    socket.feedEnd();
    const info = await sink.closedInfo();
    expect(sink.messages.map((message) => (message as string).length)).toEqual([
      1024 * 1024 - 5,
      1,
    ]);
    expect(info).toMatchObject({ code: 1006, initiator: "remote" });
    expect(compressed.length).toBeGreaterThan(0);
  });

  test("ends when the connection does", async () => {
    const { sink, transport } = await open({ codec: codec("server") });
    const loan = transport.send(large, {});
    transport.abort(new Error("enough"));
    await loan;
    await sink.until("closed");
    await turn();
    expect(sink.calls.at(-1)?.[0]).toBe("closed");
  });

  test("still gets its message to a peer that has ended its own side", async () => {
    const { socket, sink, transport } = await open({ codec: codec("server") });
    sink.onMessage = () => void transport.send(large, {});
    socket.feed(text("give me a large answer"));
    socket.feedEnd();
    expect(await sink.closedInfo()).toMatchObject({ code: 1006, initiator: "remote" });
    expect(socket.hex.startsWith("c2")).toBe(true);
  });

  test("lets the close frame wait for its turn, and the stream end after it", async () => {
    const { socket, sink, transport } = await open({ codec: codec("server") });
    void transport.send(large, {});
    transport.close(1000, "");
    socket.feed(masked("88", "03e8"));
    await sink.until("closing");
    expect(socket.hasEnded).toBe(false);
    socket.feedEnd();
    expect(await sink.closedInfo()).toMatchObject({ code: 1000, wasClean: true });
    expect(socket.hex.startsWith("c2")).toBe(true);
    expect(socket.hex.endsWith("880203e8")).toBe(true);
  });
});

describe("the end", () => {
  test("by this side: a close frame, the answer, and the end of the stream", async () => {
    const { socket, sink, transport } = await open();
    void transport.send("last", {});
    transport.close(4000, "bye");
    expect(socket.hex).toBe("81046c617374" + "88050fa0627965");
    socket.feed(text("before") + masked("88", "0fa0"));
    await sink.until("closing");
    expect(socket.hasEnded).toBe(true);
    expect(sink.events.map(([name]) => name)).toEqual(["message", "closing"]);
    socket.feedEnd();
    expect(await sink.closedInfo()).toEqual({
      code: 4000,
      reason: "bye",
      wasClean: true,
      initiator: "local",
    });
  });

  test("by the peer: the messages before it have a turn to be answered", async () => {
    const { socket, sink, transport } = await open();
    sink.onMessage = (message) => queueMicrotask(() => void transport.send(message, {}));
    socket.feed(text("1") + masked("88", "03e9676f") + text("ignored"));
    await sink.until("message");
    expect(sink.calls.some(([name]) => name === "closing")).toBe(false);
    await sink.until("closing");
    expect(socket.hex).toBe("810131" + "880403e9676f");
    expect(transport.send("late", {})).toBeUndefined();
    expect(socket.hasEnded).toBe(true);
    socket.feedEnd();
    expect(await sink.closedInfo()).toEqual({
      code: 1001,
      reason: "go",
      wasClean: true,
      initiator: "remote",
    });
    expect(sink.messages).toEqual(["1"]);
  });

  test("of a client waits for the server to end the stream", async () => {
    const { socket, sink } = await open({ role: "client" });
    socket.feed("880203e8");
    await sink.until("closing");
    await turn();
    expect(socket.hasEnded).toBe(false);
    socket.feedEnd();
    expect(await sink.closedInfo()).toMatchObject({ code: 1000, wasClean: true });
    expect(socket.hasEnded).toBe(true);
  });

  test("of a client gets its answer out when the server closes and ends in one packet", async () => {
    const [client, server] = await tcpPair(false);
    const sink = new RecordingSink();
    const transport = new WebSocketTransport(client, sink, { role: "client" });
    server.end(Buffer.from("880203e8", "hex"));
    expect(await readHex(server, 8)).toMatch(/^8882/);
    expect(await sink.closedInfo()).toMatchObject({ code: 1000, wasClean: true });
    expect(transport.bufferedAmount).toBe(0);
    server.destroy();
  });

  test("by a broken rule: a close frame says so, and what comes is discarded", async () => {
    const { socket, sink, transport } = await open();
    transport.pause();
    transport.resume();
    socket.feed(text("fine") + "810161");
    await sink.until("closing");
    transport.pause();
    expect(socket.hex.slice(0, 8)).toMatch(/^88..03ea$/);
    expect(socket.hasEnded).toBe(true);
    for (let i = 0; i < 100; i++) socket.feed("00".repeat(1000));
    socket.feedEnd();
    const info = await sink.closedInfo();
    expect(info).toMatchObject({ code: 1002, wasClean: false, initiator: "local" });
    expect(info.error).toBeInstanceOf(ProtocolError);
    expect(sink.events.map(([name]) => name)).toEqual(["message", "closing", "closed"]);
  });

  test("by a message that is too long", async () => {
    const { socket, sink } = await open({ maxMessage: 3 });
    socket.feed(text("four"));
    await sink.until("closing");
    socket.destroy();
    const info = await sink.closedInfo();
    expect(info).toMatchObject({ code: 1009, initiator: "local" });
    expect(info.error).toBeInstanceOf(LimitError);
  });

  test("by a damaged compressed message", async () => {
    const codec = createCodec("server", NO_TAKEOVER, {});
    const { socket, sink } = await open({ codec });
    socket.feed(masked("c1", "ffffffff"));
    await sink.until("closing");
    expect(socket.hex.slice(0, 8)).toMatch(/^88..03ef$/);
    socket.destroy();
    expect(await sink.closedInfo()).toMatchObject({ code: 1007 });
  });

  test("without a close frame is 1006, after one more turn for answers", async () => {
    const { socket, sink, transport } = await open();
    sink.onMessage = (message) => queueMicrotask(() => void transport.send(message, {}));
    socket.feed(text("1"));
    socket.feedEnd();
    expect(await sink.closedInfo()).toEqual({
      code: 1006,
      reason: "",
      wasClean: false,
      initiator: "remote",
    });
    expect(socket.hex).toBe("810131");
    expect(sink.events.map(([name]) => name)).toEqual(["message", "closing", "closed"]);
  });

  test("without the answer to a close is 1006, and still this side's doing", async () => {
    const { socket, sink, transport } = await open();
    transport.close(1000, "");
    socket.feedEnd();
    expect(await sink.closedInfo()).toMatchObject({ code: 1006, initiator: "local" });
  });

  test("by an error of the socket is 1006 with that error", async () => {
    const { socket, sink } = await open();
    const error = new Error("ECONNRESET");
    socket.destroy(error);
    expect(await sink.closedInfo()).toEqual({
      code: 1006,
      reason: "",
      wasClean: false,
      initiator: "remote",
      error,
    });
  });

  test("by a reset at any moment is reported once, and never thrown", async () => {
    const [client, server] = await tcpPair();
    const sink = new RecordingSink();
    const transport = new WebSocketTransport(server, sink, { role: "server" });
    client.on("error", () => {});
    client.resetAndDestroy();
    for (let i = 0; i < 10; i++) {
      void transport.send(Buffer.alloc(100_000), {});
      await turn();
    }
    const info = await sink.closedInfo();
    expect(info).toMatchObject({ code: 1006, initiator: "remote" });
    void transport.send("late", {});
    transport.close(1000, "");
    transport.abort();
    transport.pause();
    transport.resume();
    transport.receiveParts(true);
    await turn();
    expect(sink.calls.filter(([name]) => name === "closed").length).toBe(1);
    expect(sink.calls.at(-1)?.[0]).toBe("closed");
  });

  test("by aborting is this side's, with the reason given", async () => {
    const { socket, sink, transport } = await open();
    const error = new Error("slow");
    transport.abort(error);
    transport.abort(new Error("another"));
    socket.feed(text("late"));
    expect(await sink.closedInfo()).toEqual({
      code: 1006,
      reason: "",
      wasClean: false,
      initiator: "local",
      error,
    });
    expect(sink.messages).toEqual([]);
  });

  test("by aborting after both close frames is still clean", async () => {
    const { socket, sink, transport } = await open({ role: "client" });
    socket.feed("880203e8");
    await sink.until("closing");
    transport.abort(new Error("the server did not end the stream"));
    expect(await sink.closedInfo()).toEqual({
      code: 1000,
      reason: "",
      wasClean: true,
      initiator: "remote",
    });
  });

  test("before it began is reported, but not before the connection is there", async () => {
    const socket = new FakeSocket();
    socket.destroy();
    await turn();
    const sink = new RecordingSink();
    const transport = new WebSocketTransport(socket, sink, { role: "server" });
    expect(sink.calls).toEqual([]);
    await sink.until("closed");
    expect(sink.calls.length).toBe(1);
    void transport.send("late", {});
    expect(transport.bufferedAmount).toBe(0);
  });

  test("by a stream that throws hurts nobody else", async () => {
    const broken = await open();
    broken.socket._write = () => {
      throw new Error("broken stream");
    };
    const other = await open();
    for (const message of ["1", "2"]) {
      void broken.transport.send(message, {});
      void other.transport.send(message, {});
    }
    expect((await broken.sink.closedInfo()).error).toEqual(new Error("broken stream"));
    expect(other.socket.hex).toBe("810131810132");
  });

  test("leaves no listener that would hear of more than errors", async () => {
    const { socket, sink, transport } = await open();
    transport.abort();
    await sink.until("closed");
    expect(() => socket.emit("error", new Error("late"))).not.toThrow();
    expect(sink.calls.length).toBe(1);
  });
});
