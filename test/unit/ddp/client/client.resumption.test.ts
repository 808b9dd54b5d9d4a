/** A session that goes on: what was answered already isn't answered again. */

import { expect, test } from "vitest";
import { connected } from "../../../support/ddp-client-fixture.ts";

test("a wait method whose `updated` had come before the cut doesn't hide everything for ever", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  const call = client.apply("alone", [], { wait: true });
  await server.rest();
  await server.say({ msg: "updated", methods: ["1"] });
  await made.reconnect();
  await server.say({ msg: "connected", session: "session-1" }, { msg: "result", id: "1" });
  await call;
  await server.say({ msg: "added", collection: "things", id: "a", fields: {} });
  expect(things.find().count()).toBe(1);
});

test("a wait method whose result had come before the cut is waited for until its data has come", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  const call = client.apply("alone", [], { wait: true });
  await server.rest();
  await server.say(
    { msg: "result", id: "1" },
    { msg: "added", collection: "things", id: "a", fields: {} },
  );
  await made.reconnect();
  await server.say(
    { msg: "connected", session: "session-1" },
    { msg: "added", collection: "things", id: "b", fields: {} },
  );
  expect(things.find().count()).toBe(0);
  await server.say({ msg: "updated", methods: ["1"] });
  await call;
  expect(things.find().count()).toBe(2);
});

test("a subscription is not ready while a call hides its documents whose result had come before the cut", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  client.methods({ touch: () => void things.insert({ _id: "a" }) });
  const call = client.call("touch");
  const subscription = client.subscribe("s");
  await server.say({ msg: "result", id: "1" });
  await made.reconnect();
  await server.say(
    { msg: "connected", session: "session-1" },
    { msg: "ready", subs: [subscription.id] },
  );
  expect(subscription.isReady).toBe(false);
  await server.say({ msg: "updated", methods: ["1"] });
  expect(subscription.isReady).toBe(true);
  await call;
});

test("a subscription that is ready isn't asked for again: the server may have ended it", async () => {
  await using made = await connected();
  const { server, client } = made;
  const subscription = client.subscribe("s");
  await server.say({ msg: "ready", subs: [subscription.id] });
  await server.rest();
  await made.reconnect();
  await server.say(
    { msg: "connected", session: "session-1" },
    { msg: "nosub", id: subscription.id },
  );
  expect(await server.rest()).toEqual([]);
  await subscription.ended;
});

test("a subscription that was asked for again, and had ended, is stopped at the server", async () => {
  await using made = await connected();
  const { server, client } = made;
  const subscription = client.subscribe("s");
  await server.rest();
  await made.reconnect();
  await server.say(
    { msg: "connected", session: "session-1" },
    { msg: "nosub", id: subscription.id },
  );
  expect(await server.rest()).toMatchObject([
    { msg: "sub", id: subscription.id },
    { msg: "unsub", id: subscription.id },
  ]);
  await subscription.ended;
  // Another one that is refused at once isn't.
  const refused = client.subscribe("refused");
  await server.rest();
  await server.say({ msg: "nosub", id: refused.id, error: { error: 404 } });
  expect(await server.rest()).toEqual([]);
});

test("a session that goes on again and again counts on, and one that fails to is claimed until it is answered", async () => {
  await using made = await connected();
  const { server, client, things } = made;
  const call = client.call("once");
  await server.rest();
  for (let round = 0; round < 3; round++) {
    const claim = { session: "session-1", receivedCount: 1 + 2 * round };
    // Two connections that are lost before `connected` has come.
    expect(await made.reconnect()).toMatchObject(claim);
    expect(await made.reconnect()).toMatchObject(claim);
    await server.say(
      { msg: "connected", session: "session-1" },
      { msg: "added", collection: "things", id: `${round}` },
    );
    expect(await server.rest()).toMatchObject([{ method: "once", id: "1" }]);
  }
  expect(things.find().count()).toBe(3);
  await server.say({ msg: "result", id: "1", result: 1 }, { msg: "updated", methods: ["1"] });
  expect(await call).toBe(1);
  // What counts in another session begins with its `connected`.
  await made.reconnect();
  await server.say({ msg: "connected", session: "session-2" });
  expect(await made.reconnect()).toMatchObject({ session: "session-2", receivedCount: 1 });
});
