/**
 * The `ws` package under test: something that this harness was not written beside, to check the harness against.
 *
 * @module
 */

import { once } from "node:events";
import type { AddressInfo } from "node:net";

import WebSocket, { WebSocketServer } from "ws";

import { MAX_MESSAGE, type Testee } from "./testee.ts";

const limits = { maxPayload: MAX_MESSAGE, maxFragments: 0 };

function echoAll(socket: WebSocket): void {
  socket.on("error", () => undefined);
  socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
}

export const wsTestee: Testee = {
  async startServer() {
    const server = new WebSocketServer({
      ...limits,
      port: 0,
      host: "127.0.0.1",
      perMessageDeflate: true,
    });
    server.on("connection", echoAll);
    await once(server, "listening");
    const close = async (): Promise<void> => {
      for (const socket of server.clients) socket.terminate();
      server.close();
      await once(server, "close");
    };
    return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
  },

  async echo(url) {
    const socket = new WebSocket(url, {
      ...limits,
      perMessageDeflate: { clientNoContextTakeover: true },
    });
    echoAll(socket);
    await new Promise((resolve) => socket.once("close", resolve));
  },
};
