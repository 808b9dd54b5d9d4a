/**
 * Channels over real sockets.
 *
 * @module
 */

import { expect, test } from "vitest";
import { createChannels } from "fullduplex/channels/server";
import { connect } from "fullduplex";
import { serve } from "fullduplex/server";

test("subscribe, publish, and the end of the server", async () => {
  const channels = createChannels({
    anonymous: true,
    namespaces: { news: { access: { subscribe: "anyone" }, history: { size: 10, ttl: 60_000 } } },
  });
  const server = await serve({ "/connection/websocket": channels.handler }, { port: 0 });
  const client = await connect(`${server.url}/connection/websocket`);
  await client.send('{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"news:a"}}');
  expect(await client.recv()).toContain('"connect":{"client":');
  expect(await client.recv()).toContain('"subscribe":{"recoverable":true');
  await channels.publish("news:a", '{"title":"Hello"}');
  expect(await client.recv()).toBe(
    '{"push":{"channel":"news:a","pub":{"data":{"title":"Hello"},"offset":1}}}',
  );
  await channels.close();
  expect((await client.closed).code).toBe(3001);
  await server.close();
});

test("many clients hear of everything in order, and those that are cut leave nothing", async () => {
  const channels = createChannels({
    anonymous: true,
    namespaces: { "": { access: { subscribe: "anyone" } } },
  });
  const server = await serve({ "/": channels.handler }, { port: 0 });
  const clients = await Promise.all(Array.from({ length: 20 }, () => connect(server.url)));
  for (const client of clients) {
    await client.send('{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"a"}}');
    await client.recv();
    await client.recv();
  }
  for (let at = 0; at < 100; at++) await channels.publish("a", String(at));
  for (const client of clients) {
    for (let at = 0; at < 100; at++) {
      expect(await client.recv()).toBe(`{"push":{"channel":"a","pub":{"data":${at}}}}`);
    }
    client.terminate();
  }
  await channels.close();
  expect((await channels.channels()).size).toBe(0);
  await server.close();
});
