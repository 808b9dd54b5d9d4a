/** Servers that say what makes no sense, or say it at the wrong time. */

import { expect, test } from "vitest";
import { connected, fixture } from "../../../support/ddp-client-fixture.ts";

test("a second `connected` on a connection sends nothing again, and forgets nothing", async () => {
  await using made = await connected();
  const { server, client, things, errors } = made;
  const subscription = client.subscribe("s");
  void client.call("once").done.catch(() => {});
  await server.say(
    { msg: "added", collection: "things", id: "a", fields: {} },
    { msg: "ready", subs: [subscription.id] },
  );
  await server.rest();
  await server.say({ msg: "connected", session: "session-1" });
  await server.say({ msg: "connected", session: "another" });
  expect(await server.rest()).toEqual([]);
  expect(things.find().count()).toBe(1);
  expect(errors).toHaveLength(2);
  expect(await made.reconnect()).toMatchObject({ session: "session-1", receivedCount: 5 });
});

test("`failed` on a connection that was agreed on doesn't make the client connect again and again", async () => {
  await using made = fixture();
  const { server } = made;
  for (const version of ["pre2", "1", "pre2"]) {
    if (server.connections < 2) await server.rest();
    await server.say({ msg: "connected", session: "s" }, { msg: "failed", version });
  }
  expect(server.connections).toBe(1);
  expect(made.client.status.state).toBe("connected");
});
