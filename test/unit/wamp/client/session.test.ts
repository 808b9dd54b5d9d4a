import { expect, test } from "vitest";
import type { Authentication } from "../../../../src/wamp/client/authentication/authentication.ts";
import { CLIENT_ROLES } from "../../../../src/wamp/protocol/features.ts";
import type { Message } from "../../../../src/wamp/protocol/messages.ts";
import { WampError } from "../../../../src/wamp/protocol/errors.ts";
import { settled } from "../../../support/wamp-peer.ts";
import type { WampPeer } from "../../../support/wamp-peer.ts";
import { ClientUnderTest } from "./support/client-under-test.ts";

async function connect(
  options: ConstructorParameters<typeof ClientUnderTest>[0] = {},
): Promise<ClientUnderTest & { readonly router: WampPeer; readonly hello: Message }> {
  const made = new ClientUnderTest(options);
  await settled();
  const router = made.routers[0] as WampPeer;
  return Object.assign(made, { router, hello: await router.take() });
}

const secret: Authentication = {
  method: "secret",
  authid: "joe",
  begin: () => ({
    authextra: { nonce: "n" },
    challenge: ({ salt }) => ({ signature: `joe+${String(salt)}`, extra: { more: 1 } }),
    welcome: ({ authextra }) => {
      if (authextra?.["proof"] !== "right") throw new WampError("com.error.imposter");
    },
  }),
};

test("HELLO announces what the client can do", async () => {
  const { hello } = await connect();
  expect(hello).toEqual([
    1,
    "realm1",
    { roles: CLIENT_ROLES, agent: "fullduplex", authmethods: ["anonymous"] },
  ]);
});

test("the session is what the WELCOME says", async () => {
  const { client, router } = await connect();
  const details = { realm: "realm1", roles: { dealer: {} }, authid: "joe", authrole: "user" };
  router.send([2, 5, details]);
  expect(await client.connected()).toEqual({ ...details, id: 5 });
  expect(client.status).toEqual({ state: "connected", session: { ...details, id: 5 } });
});

test("a challenge is answered", async () => {
  const { client, router, hello } = await connect({ authentication: [secret] });
  expect(hello[2]).toMatchObject({
    authmethods: ["secret"],
    authid: "joe",
    authextra: { nonce: "n" },
  });
  router.send([4, "secret", { salt: 7 }]);
  expect(await router.take()).toEqual([5, "joe+7", { more: 1 }]);
  router.send([2, 5, { roles: { dealer: {} }, authextra: { proof: "right" } }]);
  expect((await client.connected()).id).toBe(5);
});

test("a router that can't show who it is gets an ABORT, and the client doesn't come back", async () => {
  const { client, router } = await connect({ authentication: [secret] });
  router.send([4, "secret", {}]);
  await router.take();
  router.send([2, 5, { roles: { dealer: {} }, authextra: { proof: "wrong" } }]);
  expect(await router.take()).toEqual([3, {}, "com.error.imposter"]);
  await router.gone;
  expect(await client.closed).toMatchObject({ uri: "com.error.imposter" });
});

test("a challenge that can't be answered ends the client", async () => {
  const { client, router } = await connect({ authentication: [secret] });
  router.send([4, "another", {}]);
  expect(await router.take()).toEqual([3, {}, "wamp.error.authentication_failed"]);
  expect(await client.closed).toMatchObject({ uri: "wamp.error.authentication_failed" });
});

test("an authentication that fails before there is anything to send ends the client", async () => {
  const reason = new Error("no key");
  const made = new ClientUnderTest({
    authentication: [{ method: "broken", begin: () => Promise.reject(reason) }],
  });
  expect(await made.client.closed).toBe(reason);
});

test.each([
  ["a challenge while another is being answered", [4, "secret", {}]],
  ["a WELCOME while a challenge is being answered", [2, 5, { roles: { dealer: {} } }]],
] as const)("%s is a violation", async (_, message) => {
  const slow: Authentication = {
    method: "secret",
    begin: () => ({ challenge: () => new Promise(() => {}) }),
  };
  const { router } = await connect({ authentication: [slow] });
  router.send([4, "secret", {}]);
  router.send(message);
  expect((await router.take())[2]).toBe("wamp.error.protocol_violation");
});

test("joining takes no longer than openTimeout, even while a person is asked", async () => {
  const slow: Authentication = {
    method: "secret",
    begin: () => ({ challenge: () => new Promise(() => {}) }),
  };
  const { client, router, clock } = await connect({ authentication: [slow], openTimeout: 100 });
  router.send([4, "secret", {}]);
  await settled();
  await clock.advanceAsync(100);
  await router.gone;
  expect(client.status).toMatchObject({ state: "connecting", error: { code: "ERR_TIMEOUT" } });
});

test.each([
  ["EVENT", [36, 1, 1, {}]],
  ["GOODBYE", [6, {}, "wamp.close.normal"]],
  ["RESULT", [50, 1, {}]],
] as const)("%s before there is a session is a violation", async (_, message) => {
  const { client, router } = await connect();
  router.send(message);
  expect(await router.take()).toEqual([
    3,
    { message: `a message of type ${message[0]} is not for now` },
    "wamp.error.protocol_violation",
  ]);
  await router.gone;
  await settled();
  expect(client.status).toMatchObject({ error: { code: "ERR_PROTOCOL" } });
});

test.each([
  ["WELCOME", [2, 1, { roles: { dealer: {} } }]],
  ["CHALLENGE", [4, "ticket", {}]],
  ["SUBSCRIBE", [32, 1, {}, "com.topic"]],
  ["CALL", [48, 1, {}, "com.proc"]],
] as const)("%s within a session is a violation", async (_, message) => {
  const { router } = await ClientUnderTest.join();
  router.send(message);
  expect(await router.take()).toEqual([
    3,
    { message: `a message of type ${message[0]} is not for now` },
    "wamp.error.protocol_violation",
  ]);
  await router.gone;
});

test("an ABORT that refuses says why, and ends the client", async () => {
  const { client, router } = await connect();
  const connected = client.connected();
  router.send([3, { message: "who is that?" }, "wamp.error.no_such_realm"]);
  await expect(connected).rejects.toMatchObject({
    uri: "wamp.error.no_such_realm",
    args: ["who is that?"],
  });
  await router.gone;
  expect(await client.closed).toMatchObject({ uri: "wamp.error.no_such_realm" });
});

test("a GOODBYE of the router's is answered", async () => {
  const { client, router } = await ClientUnderTest.join();
  const call = client.call("com.a");
  await router.take();
  router.send([6, { message: "bye" }, "wamp.close.system_shutdown"]);
  expect(await router.take()).toEqual([6, {}, "wamp.close.goodbye_and_out"]);
  await router.gone;
  await expect(call).rejects.toMatchObject({ uri: "wamp.close.system_shutdown", args: ["bye"] });
  expect(client.status.state).toBe("connecting");
});

test("a client that was killed doesn't come back", async () => {
  const { client, router } = await ClientUnderTest.join();
  router.send([6, {}, "wamp.close.killed"]);
  expect(await client.closed).toMatchObject({ uri: "wamp.close.killed" });
});

test("closing says goodbye, and waits for the answer", async () => {
  const { client, router } = await ClientUnderTest.join();
  let isClosed = false;
  const closing = client.close().then(() => (isClosed = true));
  expect(client.status).toEqual({ state: "closed", error: undefined });
  expect(await router.take()).toEqual([6, {}, "wamp.close.normal"]);
  router.send([36, 7, 5, {}]);
  await settled();
  expect(isClosed).toBe(false);
  router.send([6, {}, "wamp.close.goodbye_and_out"]);
  await closing;
  await router.gone;
  expect(await client.closed).toBe(undefined);
});

test("closing waits no longer than closeTimeout", async () => {
  const { client, router, clock } = await ClientUnderTest.join({ closeTimeout: 100 });
  const closing = client.close();
  await settled();
  await clock.advanceAsync(100);
  await closing;
  await router.gone;
  expect(clock.timers).toBe(0);
});

test("a WELCOME that crosses the close changes nothing", async () => {
  const { client, router, clock } = await connect();
  router.send([2, 5, { roles: {} }]);
  await client.close();
  await settled();
  expect(client.status).toEqual({ state: "closed", error: undefined });
  expect(clock.timers).toBe(0);
});

test("closing while joining just goes", async () => {
  const { client, router, clock } = await connect();
  await client.close();
  await router.gone;
  expect(clock.timers).toBe(0);
});
