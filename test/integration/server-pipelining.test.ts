/** Requests that come before the ones ahead of them were answered, on the same connection (RFC 9112 section 9.3.2). */

import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import type { IncomingMessage, Server as HttpServer, ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { connect as connectTls } from "node:tls";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Deferred } from "../../src/util/deferred.ts";
import { certificate } from "../support/certificates.ts";
import { RawClient, upgradeRequest } from "../support/raw-client.ts";
import { echo, startServer } from "../support/running-server.ts";

const GET = "GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n";
const H2C = "GET /page HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n";

function post(size: number, body: string): string {
  return `POST /page HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${size}\r\n\r\n${body}`;
}

/** An application that answers when it is told to, or at once where the path is `/now`. */
function slowApp() {
  const responses: ServerResponse[] = [];
  const called = new Deferred<ServerResponse>();
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    if (request.url === "/now") return void response.end("now");
    responses.push(response);
    called.resolve(response);
  };
  return { responses, called: called.promise, onRequest };
}

/** A server of somebody else's. */
async function listen(http: HttpServer): Promise<number> {
  http.listen(0, "127.0.0.1");
  onTestFinished(() => {
    http.close();
    http.closeAllConnections();
  });
  await once(http, "listening");
  return (http.address() as AddressInfo).port;
}

async function connectTo(port: number): Promise<RawClient> {
  const client = await RawClient.connect({ port, host: "127.0.0.1" });
  onTestFinished(() => client.close());
  return client;
}

/** The application's response is cut off, and nothing else comes. */
async function expectCut(client: RawClient, called: Promise<ServerResponse>): Promise<void> {
  const response = await called;
  if (!response.closed) await once(response, "close");
  response.end("late");
  expect((await client.rest()).toString()).toBe("");
}

describe("an upgrade behind a request that is not answered yet is refused", () => {
  const requests: [string, string][] = [
    ["a request without a body", GET],
    ["a body that nobody has read", post(50_000, "x".repeat(50_000))],
    ["two of them", GET + GET],
  ];
  test.each(requests)("%s", async (_name, earlier) => {
    const { called, onRequest } = slowApp();
    const handler = vi.fn();
    const { connect, server, logger } = await startServer(handler, { onRequest });
    const client = await connect();
    client.socket.write(earlier + upgradeRequest());
    await expectCut(client, called);
    expect(handler).not.toHaveBeenCalled();
    expect(logger.of("warn", "error")).toEqual([]);
    expect(logger.of("debug").join()).toContain("before an earlier request was answered");
    expect((await (await connect()).ask(upgradeRequest())).status).toBe(101);
    await server.close({ timeout: 0 });
  });

  test("in a packet of its own", async () => {
    const { called, onRequest } = slowApp();
    const { connect } = await startServer(echo, { onRequest });
    const client = await connect();
    client.socket.write(GET);
    const response = await called;
    response.writeHead(200, { "Content-Length": "10" }).write("begun");
    await once(client.socket, "data");
    client.socket.write(upgradeRequest());
    if (!response.closed) await once(response, "close");
    expect((await client.rest()).toString()).not.toContain("HTTP/1.1 101");
  });

  test("on a server of somebody else", async () => {
    const { called, onRequest } = slowApp();
    const http = createHttpServer(onRequest);
    const port = await listen(http);
    await startServer({ "/ws": echo }, { server: http });
    const client = await connectTo(port);
    client.socket.write(GET + upgradeRequest("/ws"));
    await expectCut(client, called);
    const other = await connectTo(port);
    other.socket.write(GET + upgradeRequest("/nowhere"));
    expect((await other.rest()).toString()).toBe("");
  });

  test("on a TLS server of somebody else", async () => {
    const { called, onRequest } = slowApp();
    const { cert, key } = certificate("server");
    const http = createHttpsServer({ cert, key }, onRequest);
    const port = await listen(http);
    await startServer({ "/ws": echo }, { server: http });
    const socket = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
    await once(socket, "secureConnect");
    const client = new RawClient(socket);
    onTestFinished(() => client.close());
    client.socket.write(GET + upgradeRequest("/ws"));
    await expectCut(client, called);
  });

  test("by accept", async () => {
    const { called, onRequest } = slowApp();
    const { server } = await startServer(echo, { listen: false });
    const http = createHttpServer(onRequest);
    http.on("upgrade", (request, socket, head) => server.accept(request, socket, head));
    const client = await connectTo(await listen(http));
    client.socket.write(GET + upgradeRequest());
    await expectCut(client, called);
  });

  test("and one with a body, for which Node 26 makes a stream of its own", async () => {
    const { called, onRequest } = slowApp();
    const { connect } = await startServer(echo, { onRequest });
    const client = await connect();
    client.socket.write(`${GET}${upgradeRequest("/", { "Content-Length": "5" })}he`);
    await expectCut(client, called);
  });

  test("and so is a request for another protocol, which ends no process", async () => {
    const { called, onRequest } = slowApp();
    const { connect } = await startServer(echo, { onRequest });
    const client = await connect();
    client.socket.write(GET + H2C);
    await expectCut(client, called);
  });
});

describe("a response that is on its way", () => {
  const NOW = GET.replace("/page", "/now");

  test("arrives, and the upgrade behind it is refused", async () => {
    const { onRequest } = slowApp();
    const { connect } = await startServer(echo, { onRequest });
    const client = await connect();
    expect((await client.ask(NOW + upgradeRequest())).body).toBe("now");
    expect((await client.rest()).toString()).toBe("");
  });

  test("arrives, but not the one that is still to be made", async () => {
    const { onRequest, called } = slowApp();
    const { connect } = await startServer(echo, { onRequest });
    const client = await connect();
    expect((await client.ask(NOW + GET + upgradeRequest())).body).toBe("now");
    (await called).end("late");
    expect((await client.rest()).toString()).toBe("");
  });

  test("and one that has arrived is no obstacle, however often", async () => {
    const { onRequest } = slowApp();
    const { connect } = await startServer(echo, { onRequest });
    const client = await connect();
    for (let time = 0; time < 3; time++) expect((await client.ask(NOW)).body).toBe("now");
    expect((await client.ask(upgradeRequest())).status).toBe(101);
  });
});

test("a body that looks like an upgrade is a body", async () => {
  const handler = vi.fn();
  const { connect } = await startServer(handler, {
    onRequest: async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      response.end(Buffer.concat(chunks));
    },
  });
  const body = upgradeRequest();
  const client = await connect();
  client.socket.write(post(body.length, body.slice(0, 20)));
  expect((await client.ask(body.slice(20))).body).toBe(body);
  expect(handler).not.toHaveBeenCalled();
});
