import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import type { PerMessageDeflateOptions, RawData } from "ws";
import { ALL_BYTES, LARGE, converse, expectReport, startEcho } from "./echo.ts";

const clientOffers: [string, boolean | PerMessageDeflateOptions][] = [
  ["plain", false],
  ["compressed", true],
  ["without context takeover", { serverNoContextTakeover: true, clientNoContextTakeover: true }],
  ["with small windows", { serverMaxWindowBits: 9, clientMaxWindowBits: 10 }],
];

describe("a client of ws", () => {
  test.each(clientOffers)("talks to our server (%s)", async (_, perMessageDeflate) => {
    const server = await startEcho({
      compression: { serverContextTakeover: true, clientContextTakeover: true },
    });
    const socket = new WebSocket(server.url, ["echo"], { perMessageDeflate });
    const next = reader(socket);
    await once(socket, "open");
    const report = { subprotocol: socket.protocol, compressed: socket.extensions !== "" };

    socket.send("grüße 👋");
    const text = (await next()).toString();
    socket.send(Uint8Array.from(ALL_BYTES));
    const binary = [...((await next()) as Buffer)];
    socket.send(LARGE);
    const large = (await next()).toString() === LARGE;
    let many = 0;
    for (let count = 0; count < 50; count++) socket.send(LARGE.slice(0, 2_000));
    for (let count = 0; count < 50; count++) {
      if ((await next()).toString() === LARGE.slice(0, 2_000)) many++;
    }
    socket.send("in three ", { fin: false });
    socket.send("parts", { fin: true });
    expect((await next()).toString()).toBe("in three parts");
    socket.ping("are you there?");
    expect((await once(socket, "pong"))[0].toString()).toBe("are you there?");

    socket.close(4001, "enough");
    const [code, reason] = (await once(socket, "close")) as [number, Buffer];
    expectReport(
      { ...report, text, binary, large, many, close: [code, reason.toString()] },
      perMessageDeflate !== false,
    );
    await server.close();
  });
});

describe("a server of ws", () => {
  test.each([
    ["plain", false, false],
    ["compressed by choice of theirs", true, true],
    ["without context takeover", true, { threshold: 0 }],
    [
      "with context takeover",
      { threshold: 0 },
      { serverContextTakeover: true, clientContextTakeover: true, threshold: 0 },
    ],
    [
      "with small windows",
      { serverMaxWindowBits: 10, clientMaxWindowBits: 9 },
      { serverMaxWindowBits: 10, clientMaxWindowBits: 9, threshold: 0 },
    ],
  ])("answers our client (%s)", async (_, perMessageDeflate, compression) => {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate });
    server.options.handleProtocols = () => "echo";
    server.on("connection", (socket) => {
      socket.on("message", (message: Buffer, isBinary) => {
        if (String(message) === "close") socket.close(4002, "as you wish");
        else if (String(message) === "parts") {
          socket.send("one ", { fin: false });
          socket.send("two ", { fin: false });
          socket.send("three");
        } else socket.send(message, { binary: isBinary });
      });
    });
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await converse(`ws://127.0.0.1:${port}`, { compression });
    await new Promise((resolve) => server.close(resolve));
  });
});

function reader(socket: WebSocket): () => Promise<RawData> {
  const messages: RawData[] = [];
  let wake = (): void => {};
  socket.on("message", (message) => {
    messages.push(message);
    wake();
  });
  return async () => {
    while (messages.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return messages.shift() as RawData;
  };
}
