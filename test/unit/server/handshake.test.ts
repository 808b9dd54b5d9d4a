import type { IncomingMessage } from "node:http";
import { Duplex, duplexPair } from "node:stream";
import { describe, expect, test, vi } from "vitest";
import { serve } from "../../../src/server/index.ts";
import type { OnHandshake, Server } from "../../../src/server/index.ts";
import { RawClient, upgradeRequest } from "../../support/raw-client.ts";
import { RecordingLogger } from "../../support/recording-logger.ts";

/** A server for sockets of streams, with room for one connection. */
async function setup(onHandshake?: OnHandshake) {
  const logger = new RecordingLogger();
  const handler = vi.fn(() => {});
  const options = {
    listen: false,
    logger,
    maxConnections: 1,
    ...(onHandshake && { onHandshake }),
  } as const;
  return { logger, handler, server: await serve(handler, options) };
}

function accept(server: Server, socket: Duplex, changes = {}): void {
  const lines = upgradeRequest("/a?b", changes).split("\r\n").slice(1, -2);
  const rawHeaders = lines.flatMap((line) => line.split(": "));
  const request = { method: "GET", url: "/a?b", httpVersion: "1.1", rawHeaders } as IncomingMessage;
  server.accept(request, socket, Buffer.of());
}

/** That the one place there is has been given back. */
async function expectRoom(server: Server): Promise<void> {
  const [ours, theirs] = duplexPair();
  const client = new RawClient(theirs);
  accept(server, ours);
  expect((await client.response()).status).toBe(101);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("a socket that is dead (CVE-2022-41940)", () => {
  test("when the handshake begins", async () => {
    const { server, handler, logger } = await setup();
    const [ours] = duplexPair();
    ours.destroy();
    accept(server, ours);
    expect(handler).not.toHaveBeenCalled();
    expect(logger.lines).toEqual(['debug: handshake: GET "/a" of a client: the client went away']);
    await expectRoom(server);
  });

  test("when it is refused", async () => {
    const { server, handler } = await setup();
    const [ours] = duplexPair();
    ours.destroy(new Error("reset"));
    accept(server, ours, { Host: "a b" });
    await turn();
    expect(handler).not.toHaveBeenCalled();
    await expectRoom(server);
  });

  test("for writing alone", async () => {
    const { server, handler } = await setup();
    const [ours] = duplexPair();
    ours.end();
    accept(server, ours);
    expect(ours.destroyed).toBe(true);
    expect(handler).not.toHaveBeenCalled();
    await expectRoom(server);
  });

  test("in the moment in which onHandshake decides", async () => {
    const sockets: Duplex[] = [];
    const { server, handler } = await setup(async () => {
      await turn();
      sockets.shift()?.destroy(new Error("reset"));
      return { headers: { "X-A": "b" } };
    });
    const [ours] = duplexPair();
    sockets.push(ours);
    accept(server, ours);
    await turn();
    await turn();
    expect(handler).not.toHaveBeenCalled();
    await expectRoom(server);
  });

  test("in the moment in which onHandshake fails", async () => {
    const sockets: Duplex[] = [];
    const { server, logger } = await setup(() => {
      const socket = sockets.shift();
      if (!socket) return undefined;
      socket.destroy(new Error("reset"));
      throw new Error("late");
    });
    const [ours] = duplexPair();
    sockets.push(ours);
    accept(server, ours);
    await turn();
    expect(logger.of("error")).toEqual(["error: onHandshake failed"]);
    await expectRoom(server);
  });

  test("from the first write on", async () => {
    const { server } = await setup();
    const ours = new Duplex({
      read() {},
      write: (_chunk, _encoding, done) => done(new Error("EPIPE")),
    });
    accept(server, ours);
    const [connection] = [...server.connections];
    expect(await connection?.closed).toMatchObject({ code: 1006, wasClean: false });
    await expectRoom(server);
  });
});

test("a socket's error is listened to before anything else, and ever after", async () => {
  const { server } = await setup();
  const [ours] = duplexPair();
  accept(server, ours);
  ours.emit("error", new Error("late"));
  ours.destroy();
  await turn();
  expect(() => ours.emit("error", new Error("later"))).not.toThrow();
});
