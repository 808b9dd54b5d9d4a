/** sockjs-client, which Meteor's own browser client connects by, at our server. */

import { describe, expect, onTestFinished, test } from "vitest";
import { createDdp, sockJs } from "../../src/ddp/server/index.ts";
import type { SockJs } from "../../src/ddp/server/index.ts";
import { httpListener, serve } from "../../src/server/index.ts";
import type { Server } from "../../src/server/index.ts";
import { importPeer, requirePeer } from "../support/peers.ts";
import { RecordingLogger } from "../support/recording-logger.ts";

/** Of a browser's `WebSocket`, what sockjs-client has. */
interface Socket {
  readonly transport: string;
  onopen: () => void;
  onmessage: (event: { readonly data: string }) => void;
  onclose: (event: Ending) => void;
  send(data: string): void;
  close(code?: number, reason?: string): void;
}

interface Ending {
  readonly code: number;
  readonly reason: string;
  readonly wasClean: boolean;
}

type Peer = new (url: string, protocols: null, options: object) => Socket;

const SockJsClient = (await importPeer("sockjs-client")) as Peer | undefined;

const available = requirePeer(
  "sockjs-client",
  SockJsClient !== undefined,
  "npm ci --prefix test/peers",
);

const PING = '{"msg":"ping"}';

/** A client that answers pings, remembers what came, and waits for it. */
class Client {
  readonly socket: Socket;
  readonly opened: Promise<void>;
  readonly closed: Promise<Ending>;
  readonly #received: string[] = [];
  #wake: () => void = () => {};

  constructor(url: string, transports: readonly string[]) {
    const socket = new (SockJsClient as Peer)(url, null, { transports });
    this.socket = socket;
    this.opened = new Promise((resolve) => (socket.onopen = resolve));
    this.closed = new Promise((resolve) => (socket.onclose = resolve));
    socket.onmessage = ({ data }) => {
      if (data === PING) return this.send({ msg: "pong" });
      this.#received.push(data);
      this.#wake();
    };
    onTestFinished(() => socket.close());
  }

  send(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  async take(): Promise<unknown> {
    while (this.#received.length === 0) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    return JSON.parse(this.#received.shift() as string);
  }
}

async function start(): Promise<{ url: string; server: Server; sockjs: SockJs }> {
  const ddp = createDdp();
  ddp.methods({
    double: (_invocation, value) => Number(value) * 2,
    leave: ({ connection }) => connection?.close(),
  });
  ddp.publish("numbers", (subscription) => {
    for (let index = 0; index < 100; index++) {
      subscription.added("numbers", String(index), { index, text: "\u2028 😀 \u0000" });
    }
    subscription.ready();
  });
  const logger = new RecordingLogger();
  const sockjs = sockJs(ddp.handler, { logger, disconnectDelay: 1000 });
  const server = await serve(sockjs.routes, { logger, onRequest: httpListener(sockjs.http) });
  onTestFinished(async () => {
    await Promise.all([ddp.close(), sockjs.close(), server.close({ timeout: 0 })]);
    expect(logger.of("error")).toEqual([]);
  });
  return { url: `http://127.0.0.1:${server.port}/sockjs`, server, sockjs };
}

describe.runIf(available).each(["websocket", "xhr-polling"])(
  "sockjs-client over %s",
  (transport) => {
    test("has a session of DDP", async () => {
      const { url } = await start();
      const client = new Client(url, [transport]);
      await client.opened;
      expect(client.socket.transport).toBe(transport);
      client.send({ msg: "connect", version: "1", support: ["1"] });
      expect(await client.take()).toEqual({ msg: "connected", session: expect.any(String) });
      for (let id = 0; id < 20; id++) {
        client.send({ msg: "method", method: "double", params: [id], id: String(id) });
      }
      for (let id = 0; id < 20; id++) {
        expect(await client.take()).toEqual({ msg: "updated", methods: [String(id)] });
        expect(await client.take()).toEqual({ msg: "result", id: String(id), result: id * 2 });
      }
      client.send({ msg: "sub", name: "numbers", id: "s" });
      for (let index = 0; index < 100; index++) {
        expect(await client.take()).toEqual({
          msg: "added",
          collection: "numbers",
          id: String(index),
          fields: { index, text: "\u2028 😀 \u0000" },
        });
      }
      expect(await client.take()).toEqual({ msg: "ready", subs: ["s"] });
    });

    test("learns that the server has ended it", async () => {
      const { url } = await start();
      const client = new Client(url, [transport]);
      await client.opened;
      client.send({ msg: "connect", version: "1", support: ["1"] });
      client.send({ msg: "method", method: "leave", id: "1" });
      expect(await client.closed).toMatchObject({ code: 1000, wasClean: true });
    });

    test("connects again after it has left", async () => {
      const { url, sockjs } = await start();
      for (let round = 0; round < 2; round++) {
        const client = new Client(url, [transport]);
        await client.opened;
        client.send({ msg: "connect", version: "1", support: ["1"] });
        expect(await client.take()).toMatchObject({ msg: "connected" });
        client.socket.close();
        await client.closed;
      }
      expect(sockjs.polling).toBe(transport === "websocket" ? 0 : 2);
    });
  },
);

describe.runIf(available)("sockjs-client of its own choice", () => {
  test("takes the WebSocket", async () => {
    const { url } = await start();
    const client = new Client(url, []);
    await client.opened;
    expect(client.socket.transport).toBe("websocket");
  });

  test("goes on to polling, past what there is not", async () => {
    const { url } = await start();
    const client = new Client(url, ["xhr-streaming", "xhr-polling"]);
    await client.opened;
    expect(client.socket.transport).toBe("xhr-polling");
  });
});
