import { expect, test } from "vitest";
import { jsonCodec } from "../../../../src/channels/protocol/json-codec.ts";
import { ChannelServer } from "../../../../src/channels/server/channel-server.ts";
import { FakeClock } from "../../../../src/testing/fake-clock.ts";
import { pair } from "../../../../src/testing/pair.ts";
import { rejection, turns, until } from "../../../support/turns.ts";

test("a client that the server subscribed and that is too slow has to connect again to recover", async () => {
  const clock = new FakeClock();
  await using server = new ChannelServer({
    clock,
    personal: "user",
    hooks: { connect: () => ({ user: "ann" }) },
    namespaces: { user: { history: { size: 1_000, ttl: 60_000 } } },
    maxQueue: 10_000,
  });
  const [client, theirs] = pair({ clock });
  void server.serveClient(theirs, jsonCodec, "websocket");
  await client.send('{"id":1,"connect":{}}');
  await until(() => theirs.bufferedAmount === 0, "the connect");
  await turns(3);
  // It reads nothing.
  for (let count = 0; count < 200; count++) {
    await server.publish("user:#ann", JSON.stringify("x".repeat(1_000)));
    await turns();
  }
  const end = await rejection(client.forEach(() => {}));
  expect(end).toMatchObject({ closeCode: 3010, reason: "insufficient state" });
});
