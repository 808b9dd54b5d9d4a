import { expect, test } from "vitest";
import { StateError, TimeoutError } from "../../../../src/errors.ts";
import { isPending, rejection } from "../../../support/turns.ts";
import { settled } from "../../../support/wamp-peer.ts";
import { ClientUnderTest } from "./support/client-under-test.ts";

test("a registration has the router's id, and takes all options", async () => {
  const { client, router } = await ClientUnderTest.join();
  const options = { invoke: "roundrobin", concurrency: 2, force_reregister: true } as const;
  const registering = client.register("com.proc", () => 1, options);
  expect(await router.take()).toEqual([64, 1, options, "com.proc"]);
  router.send([65, 1, 7]);
  const registration = await registering;
  expect([registration.procedure, registration.id]).toEqual(["com.proc", 7]);
});

test("a call that comes right behind REGISTERED is served", async () => {
  const { client, router } = await ClientUnderTest.join();
  void client.register("com.proc", () => 1);
  await router.take();
  router.send([65, 1, 7]);
  router.send([68, 1, 7, {}]);
  expect(await router.take()).toEqual([70, 1, {}, [1]]);
});

test("calls are served until the router knows that it is unregistered", async () => {
  const { client, router } = await ClientUnderTest.join();
  const registering = client.register("com.proc", () => 1);
  router.send([65, 1, 7]);
  const registration = await registering;
  const unregistering = registration.unregister();
  expect((await router.takeAll(2))[1]).toEqual([66, 2, 7]);
  router.send([68, 1, 7, {}]);
  expect(await router.take()).toEqual([70, 1, {}, [1]]);
  expect(await isPending(unregistering)).toBe(true);
  router.send([67, 2]);
  await unregistering;
  router.send([68, 2, 7, {}]);
  expect(await router.take()).toEqual([8, 68, 2, {}, "wamp.error.unavailable"]);
  expect(await registration.ended).toBe(undefined);
});

test("a refusal rejects", async () => {
  const { client, router } = await ClientUnderTest.join();
  const registering = client.register("com.proc", () => 1);
  router.send([8, 64, 1, {}, "wamp.error.procedure_already_exists"]);
  expect(await rejection(registering)).toMatchObject({
    uri: "wamp.error.procedure_already_exists",
  });
  void client.register("com.proc", () => 1);
  expect((await router.takeAll(2))[1]).toEqual([64, 2, {}, "com.proc"]);
});

test("a client registers a procedure once", async () => {
  const { client } = await ClientUnderTest.join();
  void client.register("com.proc", () => 1);
  expect(await rejection(client.register("com.proc", () => 2))).toBeInstanceOf(StateError);
});

test("who gives up before the answer is registered for nothing", async () => {
  const { client, router, clock } = await ClientUnderTest.join();
  const registering = client.register("com.proc", () => 1, { timeout: 100 });
  expect(await router.take()).toEqual([64, 1, {}, "com.proc"]);
  await clock.advanceAsync(100);
  expect(await rejection(registering)).toBeInstanceOf(TimeoutError);
  router.send([65, 1, 7]);
  expect(await router.take()).toEqual([66, 2, 7]);
});

test("a revoked registration ends with an error that can be seen", async () => {
  const { client, router, errors } = await ClientUnderTest.join();
  const registering = client.register("com.proc", () => 1);
  router.send([65, 1, 7]);
  const registration = await registering;
  router.send([67, 0, { registration: 7 }]);
  const error = await registration.ended;
  expect(error).toMatchObject({ uri: "wamp.error.canceled" });
  expect(errors).toEqual([[error, { in: "registration", uri: "com.proc" }]]);
  void client.register("com.proc", () => 2);
  expect((await router.takeAll(2))[1]).toEqual([64, 2, {}, "com.proc"]);
});

test("a revocation of what is not known is nothing", async () => {
  const { client, router } = await ClientUnderTest.join();
  router.send([67, 0, { registration: 7 }]);
  router.send([35, 0, { subscription: 7 }]);
  await settled();
  expect(client.status.state).toBe("connected");
});

test("a procedure is registered again after a reconnect, and again while the router holds the old session", async () => {
  const made = await ClientUnderTest.join();
  const registering = made.client.register("com.proc", () => 1);
  made.router.send([65, 1, 7]);
  const registration = await registering;
  const router = await made.reconnect();
  const exists = "wamp.error.procedure_already_exists";
  for (const request of [1, 2, 3]) {
    expect(await router.take()).toEqual([64, request, {}, "com.proc"]);
    router.send([8, 64, request, {}, exists]);
    await settled();
    await made.clock.advanceAsync(500);
  }
  expect(await router.take()).toEqual([64, 4, {}, "com.proc"]);
  router.send([65, 4, 70]);
  router.send([68, 1, 70, {}]);
  expect(await router.take()).toEqual([70, 1, {}, [1]]);
  expect(registration.id).toBe(70);
  expect(made.errors).toEqual([]);
  expect(made.clock.timers).toBe(0);
});

test("what waits to be registered again is forgotten when it is unregistered", async () => {
  const made = await ClientUnderTest.join();
  const registering = made.client.register("com.proc", () => 1);
  made.router.send([65, 1, 7]);
  const registration = await registering;
  const router = await made.reconnect();
  await router.take();
  router.send([8, 64, 1, {}, "wamp.error.procedure_already_exists"]);
  await settled();
  await registration.unregister();
  await made.clock.advanceAsync(1000);
  expect(await router.isQuiet()).toBe(true);
  expect(made.clock.timers).toBe(0);
});

test("a registration that isn't granted again ends with an error that can be seen", async () => {
  const made = await ClientUnderTest.join();
  const registering = made.client.register("com.proc", () => 1);
  made.router.send([65, 1, 7]);
  const registration = await registering;
  const router = await made.reconnect();
  router.send([8, 64, 1, {}, "wamp.error.not_authorized"]);
  expect(await registration.ended).toMatchObject({ uri: "wamp.error.not_authorized" });
  expect(made.errors.length).toBe(1);
});
