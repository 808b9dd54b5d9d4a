import { once } from "node:events";
import { createServer } from "node:https";
import { connect as connectSocket } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ConnectionOptions as TlsConnectOptions, TLSSocket } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import type { ServerConnection } from "../../src/server/index.ts";
import { certificate } from "../support/certificates.ts";
import { RawClient, upgradeRequest } from "../support/raw-client.ts";
import { echo, startServer } from "../support/running-server.ts";

async function connect(port: number, options: TlsConnectOptions): Promise<TLSSocket> {
  const socket = connectTls({ port, host: "127.0.0.1", ...options });
  onTestFinished(() => void socket.destroy());
  await once(socket, "secureConnect");
  return socket;
}

function nameOf(socket: TLSSocket): unknown {
  return socket.getPeerCertificate().subject.CN;
}

describe("a server with TLS", () => {
  test("serves wss:, to clients that verify it", async () => {
    const { server } = await startServer(echo, { tls: certificate("server") });
    expect(server.url).toBe(`wss://127.0.0.1:${server.port}`);
    const client = new WebSocket(server.url, { ca: certificate("server").cert });
    await once(client, "open");
    client.send("secret");
    expect(String((await once(client, "message"))[0])).toBe("secret");
    expect([...server.connections][0]?.request.secure).toBe(true);
    client.close();
    await once(client, "close");
  });

  test("answers plain requests too", async () => {
    const { server } = await startServer(echo, { tls: certificate("server") });
    const socket = await connect(server.port, { ca: certificate("server").cert });
    const { status } = await new RawClient(socket).ask("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    expect(status).toBe(426);
  });

  test("takes pages from https: alone", async () => {
    const { server } = await startServer(echo, { tls: certificate("server") });
    for (const [scheme, status] of [
      ["https", 101],
      ["http", 403],
    ] as const) {
      const socket = await connect(server.port, { ca: certificate("server").cert });
      const request = upgradeRequest("/", { Origin: `${scheme}://localhost` });
      expect((await new RawClient(socket).ask(request)).status).toBe(status);
    }
  });

  test("knows its client's certificate, and gives keying material", async () => {
    const client = certificate("client");
    const tls = {
      ...certificate("server"),
      ca: client.cert,
      requestCert: true,
      rejectUnauthorized: false,
    };
    const { server } = await startServer(echo, { tls });
    const socket = await connect(server.port, {
      ...client,
      ca: certificate("server").cert,
      servername: "localhost",
    });
    await new RawClient(socket).ask(upgradeRequest());
    const facts = [...server.connections][0]?.request.tls;
    expect(facts).toMatchObject({ authorized: true, servername: "localhost", protocol: "TLSv1.3" });
    expect(facts?.cipher.name).toMatch(/^TLS_/);
    expect(facts?.peerCertificate?.subject.CN).toBe("client");
    for (const context of [undefined, Buffer.from("context")]) {
      const ours = facts?.exportKeyingMaterial(32, "EXPORTER-Channel-Binding", context);
      const theirs = socket.exportKeyingMaterial(32, "EXPORTER-Channel-Binding", context as Buffer);
      expect(ours).toEqual(theirs);
    }
  });

  test("knows when its client gave no certificate", async () => {
    const { server } = await startServer(echo, { tls: certificate("server") });
    const socket = await connect(server.port, { ca: certificate("server").cert });
    await new RawClient(socket).ask(upgradeRequest());
    const [connection] = [...server.connections] as [ServerConnection<unknown>];
    const { tls } = connection.request;
    expect(tls).toMatchObject({
      authorized: false,
      servername: undefined,
      peerCertificate: undefined,
    });
    socket.destroy();
    await connection.closed;
    expect(tls?.peerCertificate).toBeUndefined();
  });

  test("is not troubled by those who speak no TLS, or do not finish its handshake", async () => {
    const { server, logger } = await startServer(echo, { tls: certificate("server") });
    const rude = connectSocket(server.port, "127.0.0.1");
    rude.on("error", () => {});
    rude.write("GET / HTTP/1.1\r\n\r\n");
    rude.resume();
    await once(rude, "close");
    const accepted = once(server.http as unknown as Socket, "connection");
    const silent = connectSocket(server.port, "127.0.0.1");
    silent.on("error", () => {});
    await accepted;
    await server.close({ timeout: 20 });
    silent.destroy();
    expect(logger.of("warn", "error")).toEqual([]);
  });
});

describe("setSecureContext", () => {
  test("uses the new certificate for the connections to come", async () => {
    const { server } = await startServer(echo, { tls: certificate("server") });
    const before = await connect(server.port, { ca: certificate("server").cert });
    const old = new RawClient(before);
    await old.ask(upgradeRequest());
    server.setSecureContext(certificate("renewed"));
    const after = await connect(server.port, { ca: certificate("renewed").cert });
    expect([nameOf(before), nameOf(after)]).toEqual(["server", "renewed"]);
    expect(server.connections.size).toBe(1);
  });

  test("keeps the old certificate when the new one is bad", async () => {
    const { server } = await startServer(echo, { tls: certificate("server") });
    expect(() => server.setSecureContext({ cert: "rubbish", key: "rubbish" })).toThrow();
    expect(nameOf(await connect(server.port, { ca: certificate("server").cert }))).toBe("server");
  });

  test("is for a server with TLS", async () => {
    const { server } = await startServer();
    expect(() => server.setSecureContext(certificate("server"))).toThrow("this server has no TLS");
  });
});

test("a server that is attached to one with TLS is secure", async () => {
  const https = createServer(certificate("server"), (_request, response) => response.end("page"));
  https.listen(0, "127.0.0.1");
  onTestFinished(() => {
    https.close();
    https.closeAllConnections();
  });
  await once(https, "listening");
  const { server } = await startServer(echo, { server: https });
  const { port } = https.address() as AddressInfo;
  expect(server.url).toBe(`wss://127.0.0.1:${port}`);
  const socket = await connect(port, { ca: certificate("server").cert });
  expect((await new RawClient(socket).ask(upgradeRequest())).status).toBe(101);
  expect([...server.connections][0]?.request.secure).toBe(true);
});
