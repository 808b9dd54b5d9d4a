import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { ddpClient, passwordCredentials } from "../../../../src/ddp/client/index.ts";
import type { ClientStatus, Open } from "../../../../src/ddp/client/index.ts";
import { HandshakeError } from "../../../../src/errors.ts";
import { FakeClock } from "../../../../src/testing/fake-clock.ts";
import { connected, fixture } from "../../../support/ddp-client-fixture.ts";
import { rejection, turns } from "../../../support/turns.ts";

test("stream - status", async () => {
  await using made = fixture();
  const { server, client, clock } = made;
  const states: ClientStatus["state"][] = [];
  const ended = (async () => {
    for await (const { state } of client.statuses())
      if (states.at(-1) !== state) states.push(state);
  })();
  await server.accept();
  await server.cut();
  expect(client.status).toMatchObject({ attempt: 1, error: { code: "ERR_CLOSED" } });
  const { retryAt = -1 } = client.status;
  expect(retryAt - clock.now()).toBeGreaterThanOrEqual(0);
  await clock.advanceAsync(100);
  await server.accept();
  client.disconnect();
  await turns(3);
  await client.close();
  await ended;
  const expected = ["connecting", "connected", "waiting", "connecting", "connected", "offline"];
  expect(states).toEqual([...expected, "closed"]);
});

test("stream - reconnect", async () => {
  await using made = await connected({ maxDelay: 1e6, initialDelay: 1e6 });
  await made.server.cut();
  expect(made.client.status.state).toBe("waiting");
  made.client.reconnect();
  await made.server.accept();
  expect(made.client.status.state).toBe("connected");
});

test("stream - disconnect remains offline", async () => {
  await using made = await connected();
  made.client.disconnect();
  await made.clock.advanceAsync(1e6);
  expect(made.client.status.state).toBe("offline");
  expect(made.server.connections).toBe(1);
});

test("the network is back: the client connects at once", async () => {
  const listeners = new Set<() => void>();
  const platform = globalThis as Record<string, unknown>;
  platform["addEventListener"] = (_type: string, listener: () => void) => listeners.add(listener);
  platform["removeEventListener"] = (_: string, listener: () => void) => listeners.delete(listener);
  try {
    await using made = await connected({ maxDelay: 1e6, initialDelay: 1e6 });
    await made.server.cut();
    for (const listener of listeners) listener();
    await made.server.accept();
    expect(made.client.status.state).toBe("connected");
    expect(listeners.size).toBe(0);
  } finally {
    delete platform["addEventListener"];
    delete platform["removeEventListener"];
  }
});

test("a server that refuses the handshake for good ends the client", async () => {
  const refusal = new HandshakeError("refused", { status: 403 });
  const client = ddpClient(() => Promise.reject(refusal));
  expect(await rejection(client.call("x").done)).toBe(refusal);
  expect(client.status).toMatchObject({ state: "closed", error: refusal });
  expect(() => client.subscribe("x")).toThrow("closed");
  expect(await rejection(client.call("x").done)).toBe(refusal);
});

test("a server that doesn't answer is given up, and asked again", async () => {
  await using made = fixture();
  const { server, client, clock } = made;
  await server.take();
  await clock.advanceAsync(10_000);
  expect(client.status).toMatchObject({ error: { code: "ERR_TIMEOUT" }, attempt: 1 });
  await clock.advanceAsync(100);
  await server.accept();
  expect(client.status.state).toBe("connected");
});

test("a connection that never opens is given up, and closed if it opens after all", async () => {
  const clock = new FakeClock();
  const signals: AbortSignal[] = [];
  const open = ({ signal }: { signal: AbortSignal }): Promise<never> => {
    signals.push(signal);
    return new Promise(() => {});
  };
  await using client = ddpClient(open, { clock });
  await clock.advanceAsync(10_000);
  expect(signals[0]?.aborted).toBe(true);
  expect(client.status).toMatchObject({ state: "waiting", error: { code: "ERR_TIMEOUT" } });
});

test("a server that doesn't answer a ping is left; one that says anything is not", async () => {
  await using made = await connected();
  const { server, client, clock } = made;
  await clock.advanceAsync(17_500);
  expect(await server.take()).toEqual({ msg: "ping" });
  await server.say({ msg: "pong" });
  await clock.advanceAsync(17_500);
  expect(await server.take()).toEqual({ msg: "ping" });
  await server.say({ msg: "added", collection: "things", id: "a" });
  await clock.advanceAsync(15_000);
  expect(client.status.state).toBe("connected");
  await clock.advanceAsync(2_500);
  await clock.advanceAsync(15_000);
  expect(client.status).toMatchObject({ error: { code: "ERR_TIMEOUT" } });
});

test("closing settles everything, and leaves no timer", async () => {
  const made = await connected();
  const { server, client, clock } = made;
  const call = client.call("never");
  const subscription = client.subscribe("never");
  await server.rest();
  await client.close();
  expect(await server.rest()).toEqual([{ msg: "disconnect" }]);
  for (const promise of [call.done, call.result, subscription.ready, subscription.ended]) {
    expect(await rejection(promise)).toMatchObject({ code: "ERR_CLOSED" });
  }
  expect(await call.simulated).toBeUndefined();
  await turns(3);
  expect(clock.timers).toBe(0);
  await client.close();
});

test("messages that are none are no reason to stop", async () => {
  await using made = await connected();
  const { server, things, errors } = made;
  for (const text of ['{"server_id":"0"}', "nonsense", "[]"]) server.sendText(text);
  expect(errors).toEqual([]);
  for (const text of [
    '{"msg":"added","collection":5,"id":"a"}',
    '{"msg":"added","collection":"things","id":"a","fields":[]}',
    '{"msg":"added","collection":"things","id":"a","fields":{"x":{"$type":"?","$value":1}}}',
    '{"msg":"ready","subs":"all"}',
    '{"msg":"toString"}',
  ]) {
    server.sendText(text);
  }
  await server.say({ msg: "added", collection: "things", id: "{", fields: {} });
  await server.say({ msg: "result", id: "unknown" }, { msg: "updated", methods: ["unknown"] });
  await server.say({ msg: "nosub", id: "unknown" }, { msg: "nosub" });
  expect(errors).toHaveLength(5);
  expect(things.find().fetch()).toEqual([{ _id: "{" }]);
});

test("parameters that EJSON can't hold are the caller's mistake", async () => {
  await using made = await connected();
  const { client, server } = made;
  expect(await rejection(client.call("x", 1n).done)).toBeInstanceOf(TypeError);
  expect(() => client.subscribe("x", 1n)).toThrow(TypeError);
  expect(() => client.methods({ x: 5 as never })).toThrow(TypeError);
  client.methods({ x: () => {} });
  expect(() => client.methods({ x: () => {} })).toThrow(TypeError);
  expect(await server.rest()).toEqual([]);
});

test("calls and subscriptions that wait are bounded", async () => {
  await using made = fixture({ maxPending: 2 });
  const { client } = made;
  void client.call("a");
  void client.call("b");
  expect(await rejection(client.call("c").done)).toMatchObject({ code: "ERR_LIMIT", limit: 2 });
  client.subscribe("a");
  client.subscribe("b");
  expect(() => client.subscribe("c")).toThrow("too many subscriptions");
});

test("a password is sent as its digest", async () => {
  const digest = createHash("sha256").update("secret").digest("hex");
  const password = { digest, algorithm: "sha-256" };
  expect(await passwordCredentials("ada", "secret")).toEqual({
    user: { username: "ada" },
    password,
  });
  expect(await passwordCredentials("a@b", "secret")).toEqual({ user: { email: "a@b" }, password });
});

test("a login that is refused", async () => {
  await using made = await connected();
  const { client, server } = made;
  const login = client.login({});
  expect(await server.take()).toEqual({ msg: "method", method: "login", params: [{}], id: "1" });
  await server.say(
    { msg: "updated", methods: ["1"] },
    { msg: "result", id: "1", error: { error: 403 } },
  );
  expect(await rejection(login)).toMatchObject({ error: 403 });
  const odd = client.login({});
  await server.say({ msg: "updated", methods: ["2"] }, { msg: "result", id: "2", result: 5 });
  expect(await rejection(odd)).toMatchObject({ error: 500 });
  expect(client.userId).toBeNull();
});

test("two clients share nothing", async () => {
  await using one = await connected();
  await using other = await connected();
  await one.server.say({ msg: "added", collection: "things", id: "a" });
  expect(other.things.find().count()).toBe(0);
  void one.client.call("x");
  void other.client.call("x");
  expect(await other.server.take()).toMatchObject({ id: "1" });
});

test("heartbeats can be switched off", async () => {
  await using made = await connected({ heartbeatInterval: 0 });
  await made.clock.advanceAsync(1e6);
  expect(await made.server.rest()).toEqual([]);
});

test.each(["close", "disconnect"] as const)(
  "%s at any moment of connecting leaves no connection and no timer",
  async (leave) => {
    for (let moment = 0; moment < 12; moment++) {
      const { server, client, clock } = fixture();
      for (let tick = 0; tick < moment; tick++) await Promise.resolve();
      void client[leave]();
      await turns(6);
      server.send({ msg: "connected", session: "late" });
      await turns(6);
      expect(client.status.state).toBe(leave === "close" ? "closed" : "offline");
      expect(server.connection?.state ?? "closed").toBe("closed");
      expect(clock.timers).toBe(0);
      await client.close();
    }
  },
);

test("a client that is told to leave while it waits for its next attempt waits no longer", async () => {
  await using made = await connected({ maxDelay: 1e6, initialDelay: 1e6 });
  const { server, client, clock } = made;
  await server.cut();
  expect(client.status.state).toBe("waiting");
  client.disconnect();
  await turns(3);
  // (A timer would hold the process.)
  expect(clock.timers).toBe(0);
  client.reconnect();
  await server.accept();
  expect(client.status.state).toBe("connected");
});

test("a call is a promise as others are", async () => {
  await using made = await connected();
  const call = made.client.call("slow");
  let ended = 0;
  const caught = [call.catch((error: unknown) => error), rejection(call.finally(() => ended++))];
  await made.client.close();
  const closed = expect.objectContaining({ code: "ERR_CLOSED" }) as unknown;
  expect(await Promise.all(caught)).toEqual([closed, closed]);
  expect(ended).toBe(1);
  expect(String(call)).toBe("[object MethodCall]");
});

test("an address is no function that connects: that is said at once", () => {
  const wrong = "ws://localhost/websocket" as unknown as Open;
  expect(() => ddpClient(wrong)).toThrow("ddpClient takes a function that connects");
});
