import { describe, expect, test } from "vitest";
import { StateError } from "../../../../src/errors.ts";
import { turns } from "../../../support/turns.ts";
import { Script } from "./support/script.ts";
import { Reader, World } from "./support/world.ts";

describe("presence", () => {
  test("the members are who is there, as they come and go", async () => {
    await using world = new World();
    const [ann, bob] = [world.client(), world.client()];
    const seen: number[] = [];
    const room = ann.subscribe("room:a", { presence: true });
    void (async () => {
      for await (const members of room.presence.changes()) seen.push(members.size);
      seen.push(-1);
    })();
    await world.until(() => room.presence.size === 1, "Ann");
    const other = bob.subscribe("room:a");
    await world.until(() => room.presence.size === 2, "Bob");
    await bob.connected();
    const { client } = bob.status as { client: string };
    expect(room.presence.get(client)).toEqual({ user: "", client });
    await other.unsubscribe();
    await world.until(() => room.presence.size === 1, "Bob's leave");
    await room.unsubscribe();
    await turns(2);
    expect(seen).toEqual([0, 1, 2, 1, -1]);
  });

  test("it is read anew after a reconnect", async () => {
    await using world = new World();
    const room = world.client().subscribe("room:a", { presence: true });
    await room.ready();
    const bob = world.client();
    const other = bob.subscribe("room:a");
    await world.until(() => room.presence.size === 2, "both");
    world.connections[0]?.terminate();
    // (Until the clock moves there is no other connection.)
    await turns(5);
    expect(room.state).toBe("subscribing");
    expect(room.presence.size).toBe(2);
    await other.unsubscribe();
    await world.until(() => room.state === "subscribed", "the reconnect");
    await world.until(() => room.presence.size === 1, "the new list");
  });

  test("who comes and leaves while the list is on its way counts", async () => {
    await using script = new Script();
    const room = script.client.subscribe("a", { presence: true });
    const peer = await script.connected();
    await peer.answer("subscribe");
    const { id } = await peer.command();
    const info = (client: string) => ({ info: { client, user: client } });
    const push = (event: object) => ({ push: { channel: "a", ...event } });
    peer.send(push({ join: info("new") }), push({ leave: info("gone") }));
    peer.send(push({ leave: info("back") }), push({ join: info("back") }));
    const presence = Object.fromEntries(["old", "gone"].map((name) => [name, info(name).info]));
    peer.send({ id, presence: { presence } });
    await turns(3);
    expect([...room.presence.keys()]).toEqual(["old", "new", "back"]);
    peer.send(push({ join: info("__proto__") }), push({ leave: info("old") }));
    await turns(3);
    expect([...room.presence.keys()]).toEqual(["new", "back", "__proto__"]);
  });

  test("it has to be asked for, and offered", async () => {
    await using world = new World();
    const client = world.client();
    expect(() => client.subscribe("room:a").presence).toThrow(StateError);
    const news = client.subscribe("news:a", { presence: true });
    expect(await new Reader(news).done).toMatchObject({ errorCode: 108 });
  });
});
