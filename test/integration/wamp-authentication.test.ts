/** What a client's connection says about it: certificate, cookie, and the channel itself; over real sockets. */

import { once } from "node:events";
import type { TLSSocket } from "node:tls";
import { WebSocket } from "ws";
import { afterEach, expect, test } from "vitest";
import { connect } from "fullduplex";
import type { ConnectOptions } from "fullduplex";
import { serve } from "fullduplex/server";
import type { ServeOptions, Server } from "fullduplex/server";
import { cryptosign as show, joinRealm, scram as prove } from "fullduplex/wamp";
import type { Attempt, Authentication } from "fullduplex/wamp";
import {
  allowAll,
  anonymous,
  cookie,
  createRouter,
  cryptosign,
  scram,
  scramCredentials,
  tls,
} from "fullduplex/wamp/router";
import type { Authenticator } from "fullduplex/wamp/router";
import { certificate } from "../support/certificates.ts";

const roles = { caller: {} };
const own = certificate("server");
const client = certificate("client");
const FAILED = [3, {}, "wamp.error.authentication_failed"];
const opened: Server[] = [];

afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

async function start(authenticators: Authenticator[], options: ServeOptions = {}): Promise<string> {
  const router = createRouter({ realms: { realm1: { authenticators, authorizer: allowAll() } } });
  const server = await serve(router.handler, { subprotocols: router.subprotocols, ...options });
  opened.push(server);
  return server.url;
}

/** What the router answers to a HELLO. */
async function hello(url: string, details: object, options: ConnectOptions = {}): Promise<unknown> {
  const connection = await connect(url, { subprotocols: ["wamp.2.json"], ...options });
  await connection.send(JSON.stringify([1, "realm1", { roles, ...details }]));
  const answer: unknown = JSON.parse(String(await connection.recv()));
  await connection.close();
  return answer;
}

test("a certificate that a `ca` of the server has signed", async () => {
  const principals = { authid: "pump-7", role: "device" };
  const url = await start(
    [tls({ commonNames: { client: principals } }), anonymous({ role: "guest" })],
    { tls: { ...own, requestCert: true, rejectUnauthorized: false, ca: [client.cert] } },
  );
  const details = { authmethods: ["tls", "anonymous"] };
  const ca = own.cert;
  const known = await hello(url, details, { tls: { ca, ...client } });
  expect(known).toMatchObject([2, expect.any(Number), { authid: "pump-7", authmethod: "tls" }]);
  const without = await hello(url, details, { tls: { ca } });
  expect(without).toMatchObject([2, expect.any(Number), { authrole: "guest" }]);
  const signedByItself = await hello(url, details, { tls: { ca, ...certificate("renewed") } });
  expect(signedByItself).toMatchObject([2, expect.any(Number), { authrole: "guest" }]);
});

test("a cookie", async () => {
  const url = await start([
    cookie({ name: "session", principals: { f3a9: { authid: "joe", role: "user" } } }),
  ]);
  const details = { authmethods: ["cookie"] };
  const known = await hello(url, details, { headers: { Cookie: "theme=dark; session=f3a9" } });
  expect(known).toMatchObject([2, expect.any(Number), { authid: "joe", authmethod: "cookie" }]);
  expect(await hello(url, details, { headers: { Cookie: "session=f3a8" } })).toEqual(FAILED);
  expect(await hello(url, details)).toEqual([3, {}, "wamp.error.no_matching_auth_method"]);
});

/** Keys of the specification's examples. */
const privateKey = "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510";
const publicKeys = ["1adfc8bfe1d35616e64dffbd900096f23b066f914c8c2ffbb66f6075b96e116d"];
const channelBinding = "tls-exporter";

/** A socket that is open, and the TLS below. */
async function openTls(url: string): Promise<{ socket: WebSocket; below: TLSSocket }> {
  const socket = new WebSocket(url, "wamp.2.json", { ca: own.cert });
  const [[response]] = await Promise.all([once(socket, "upgrade"), once(socket, "open")]);
  return { socket, below: (response as { socket: TLSSocket }).socket };
}

/** What becomes of a client that offers the keying material of its own connection, or of another one. */
async function bound(url: string, method: Authentication, other?: TLSSocket): Promise<unknown> {
  const { socket, below } = await openTls(url);
  const send = async (message: unknown): Promise<unknown[]> => {
    socket.send(JSON.stringify(message));
    const [data] = await once(socket, "message");
    return JSON.parse(String(data)) as unknown[];
  };
  const attempt = await method.begin({ connection: over(other ?? below) });
  const authmethods = [method.method];
  const details = { roles, authmethods, authid: method.authid, authextra: attempt.authextra };
  const challenge = await send([1, "realm1", details]);
  const answer = await respond(attempt, challenge, send);
  socket.close();
  return answer;
}

async function respond(
  attempt: Attempt,
  challenge: unknown[],
  send: (message: unknown) => Promise<unknown[]>,
): Promise<unknown> {
  if (challenge[0] !== 4) return challenge;
  const { signature, extra = {} } = await attempt.challenge(challenge[2] as object as never);
  return send([5, signature, extra]);
}

function over(socket: TLSSocket): never {
  const facts = {
    protocol: socket.getProtocol(),
    exportKeyingMaterial: (length: number, label: string, context: Buffer) =>
      socket.exportKeyingMaterial(length, label, context),
  };
  return { request: { tls: facts } } as never;
}

test("proofs that are bound to the channel hold there, and nowhere else", async () => {
  const credentials = await scramCredentials("pencil", { kdf: "pbkdf2", iterations: 4096 });
  const url = await start(
    [
      cryptosign({ principals: { joe: { publicKeys, role: "user" } } }),
      scram({ principals: { joe: { ...credentials, role: "user" } } }),
    ],
    { tls: own },
  );
  const elsewhere = await openTls(url);
  const methods = [
    show({ privateKey, channelBinding, authid: "joe" }),
    prove({ authid: "joe", password: "pencil", channelBinding }),
  ];
  for (const method of methods) {
    expect(await bound(url, method)).toMatchObject([2, expect.any(Number), { authid: "joe" }]);
    expect(await bound(url, method, elsewhere.below)).toEqual(FAILED);
  }
  elsewhere.socket.close();
});

test("our own client binds its proof to its channel", async () => {
  const url = await start([cryptosign({ principals: { joe: { publicKeys, role: "user" } } })], {
    tls: own,
  });
  const connection = await connect(url, { subprotocols: ["wamp.2.json"], tls: { ca: own.cert } });
  const authentication = [show({ privateKey, channelBinding, authid: "joe" })];
  await using client = await joinRealm(connection, { realm: "realm1", authentication });
  expect(await client.connected()).toMatchObject({ authid: "joe", authmethod: "cryptosign" });
});

test("without TLS there is no channel to bind to", async () => {
  const url = await start([cryptosign({ principals: { joe: { publicKeys, role: "user" } } })]);
  const authextra = { pubkey: publicKeys[0], channel_binding: channelBinding };
  expect(await hello(url, { authmethods: ["cryptosign"], authextra })).toEqual(FAILED);
});
