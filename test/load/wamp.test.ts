import { expect, test } from "vitest";
import { connect } from "fullduplex";
import { serve } from "fullduplex/server";
import { joinRealm, json } from "fullduplex/wamp";
import { allowAll, anonymous, createRouter } from "fullduplex/wamp/router";

const MAX_QUEUE = 1024 * 1024;
const EVENTS = 1000;
/** 32 KiB each: all of them are more than what sockets and queues hold together. */
const PAYLOAD = "x".repeat(32 * 1024);

test("a subscriber that doesn't read costs bounded memory, and the others nothing", async () => {
  const router = createRouter({
    realms: { realm1: { authenticators: [anonymous()], authorizer: allowAll() } },
    maxQueue: MAX_QUEUE,
  });
  const subprotocols = [json.subprotocol];
  await using server = await serve(router.handler, {
    subprotocols: router.subprotocols,
    compression: false,
  });

  const stalled = await connect(server.url, { subprotocols });
  await stalled.send('[1,"realm1",{"roles":{"subscriber":{}}}]');
  await stalled.recv();
  await stalled.send('[32,1,{},"com.topic"]');
  await stalled.recv();

  const counts = Array.from({ length: 10 }, () => 0);
  const readers = await Promise.all(
    counts.map(async (_, index) => {
      const connection = await connect(server.url, { subprotocols });
      const reader = await joinRealm(connection, { realm: "realm1" });
      await reader.subscribe("com.topic", ({ args: [number] }) => {
        expect(number).toBe(counts[index]);
        counts[index] = (counts[index] ?? 0) + 1;
      });
      return reader;
    }),
  );
  const publisher = await router.session("realm1");
  let most = 0;
  for (let number = 0; number < EVENTS; number++) {
    await publisher.publish("com.topic", [number, PAYLOAD], { acknowledge: true });
    for (const { bufferedAmount } of server.connections) most = Math.max(most, bufferedAmount);
    // (Readers get their turn: nobody is to be slow but the one.)
    if (number % 4 === 0) await readers[0]?.call("wamp.session.count");
  }
  for (const reader of readers) await reader.call("wamp.session.count");
  expect(counts).toEqual(counts.map(() => EVENTS));
  const { dropped = 0 } = router.stats().get("realm1") ?? {};
  expect(dropped).toBeGreaterThan(0);
  expect(dropped).toBeLessThan(EVENTS);
  expect(most).toBeLessThan(MAX_QUEUE + 2 * PAYLOAD.length);

  stalled.terminate();
  await Promise.all(readers.map((reader) => reader.close()));
  await router.close();
});
