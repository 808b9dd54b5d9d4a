import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ChannelsClient, Subscription } from "../../../../src/channels/client/index.ts";
import { channelsClient } from "../../../../src/channels/client/index.ts";
import { ChatServer, key, session, welcomeOf } from "../support.ts";

let server: ChatServer;

beforeEach(() => {
  server = new ChatServer(() => 1000);
});

afterEach(() => server.close());

async function join(client: ChannelsClient, room = "lobby"): Promise<Subscription> {
  const subscription = client.subscribe(`chat:${room}`, { presence: true });
  await subscription.ready();
  return subscription;
}

async function next(subscription: Subscription): Promise<unknown> {
  return (await subscription[Symbol.asyncIterator]().next()).value;
}

/** What others see of the people in a room. */
async function people(client: ChannelsClient, channel = "chat:lobby"): Promise<unknown[]> {
  return Array.from((await client.presence(channel)).values(), ({ conn_info: info }) => info);
}

describe("who comes to the chat", () => {
  test("is told a name, and which rooms there are", async () => {
    const ada = await server.enter({ name: "Ada", session: session() });
    expect(welcomeOf(ada)).toEqual({ name: "Ada", rooms: [{ room: "lobby", members: 0 }] });
    await join(ada);
    const other = await server.enter({ name: "ada", session: session() });
    expect(welcomeOf(other)).toEqual({ name: "ada 2", rooms: [{ room: "lobby", members: 1 }] });
    expect(server.chat.people).toBe(2);
  });

  test("is a guest without a name", async () => {
    const guests = [await server.enter(), await server.enter(), await server.enter("anything")];
    for (const guest of guests) await join(guest);
    expect(await people(guests[0] as ChannelsClient)).toEqual(
      expect.arrayContaining([{ name: "Guest" }, { name: "Guest 2" }, { name: "Guest 3" }]),
    );
  });

  test("is refused with a name that can't be one", async () => {
    const client = channelsClient(() => server.connect().near, { data: { name: "" } });
    expect(await client.closed).toMatchObject({ errorCode: 400 });
    expect(server.chat.people).toBe(0);
  });

  test("may try again over the same connection, when it could not be let in", async () => {
    const { near } = server.connect();
    const ask = async (id: number, connect: object): Promise<unknown> => {
      void near.send(JSON.stringify({ id, connect }));
      return JSON.parse(String(await near.recv()));
    };
    expect(await ask(1, { data: { name: "" } })).toMatchObject({ error: { code: 400 } });
    expect(await ask(2, { data: { name: "Ada" } })).toMatchObject({
      connect: { data: { name: "Ada" } },
    });
    expect(server.chat.people).toBe(1);
  });

  test("takes the place of an earlier connection of the same page", async () => {
    const hello = { name: "Ada", session: session() };
    const first = await server.enter(hello);
    await join(first);
    const second = await server.enter(hello);
    expect(welcomeOf(second)).toMatchObject({ name: "Ada" });
    expect(await first.closed).toMatchObject({
      closeCode: 3503,
      reason: "replaced by another connection",
    });
    expect(server.chat.people).toBe(1);
    expect(server.chat.rooms).toBe(0);
  });

  test("is gone when the connection is, however short it was", async () => {
    const ada = await server.enter({ name: "Ada" });
    await join(ada);
    await ada.close();
    await vi.waitFor(() => expect(server.chat).toMatchObject({ people: 0, rooms: 0 }));
    const { near } = server.connect();
    void near.send(JSON.stringify({ id: 1, connect: { data: { name: "Ada" } } }));
    near.terminate();
    await near.closed;
    await vi.waitFor(() => expect(server.chat.people).toBe(0));
    expect(welcomeOf(await server.enter({ name: "Ada" }))).toMatchObject({ name: "Ada" });
  });

  test("is told of the rooms whenever they change", async () => {
    const ada = await server.enter({ name: "Ada" });
    const directory = ada.subscribe("hub:rooms", { server: true });
    const bob = await server.enter({ name: "Bob" });
    await join(bob, "planning");
    expect(await next(directory)).toMatchObject({
      data: [
        { room: "planning", members: 1 },
        { room: "lobby", members: 0 },
      ],
    });
  });
});

describe("what is said in the chat", () => {
  test("reaches everybody in the room, with who said it and when", async () => {
    const ada = await server.enter({ name: "Ada" });
    const bob = await server.enter({ name: "Bob" });
    const room = await join(bob);
    await ada.publish("chat:lobby", { text: " hello ", key: key(1), name: "Eve", time: 5 });
    expect(await next(room)).toMatchObject({
      data: { text: "hello", key: key(1), time: 1000 },
      info: { conn_info: { name: "Ada" } },
    });
  });

  test("appears once when it is sent twice", async () => {
    const ada = await server.enter();
    await ada.publish("chat:lobby", { text: "hello", key: key(1) });
    await ada.publish("chat:lobby", { text: "hello", key: key(1) });
    await ada.publish("chat:lobby", { text: "again" });
    const { publications } = await server.channels.history("chat:lobby");
    expect(publications.map(({ data }) => JSON.parse(String(data)).text)).toEqual([
      "hello",
      "again",
    ]);
  });

  test("is there for those who come later, and only for those in the room", async () => {
    const ada = await server.enter();
    await ada.publish("chat:lobby", { text: "hello" });
    const bob = await server.enter();
    await expect(bob.history("chat:lobby")).rejects.toMatchObject({ errorCode: 103 });
    await expect(bob.presence("chat:lobby")).rejects.toMatchObject({ errorCode: 103 });
    await join(bob);
    const { publications } = await bob.history("chat:lobby");
    expect(publications).toMatchObject([{ data: { text: "hello" } }]);
  });

  test.each([
    ["chat:lobby", { text: "" }, 400],
    ["chat:lobby", { text: "hello", key: "short" }, 400],
    ["chat:lobby", "hello", 400],
    ["chat:nowhere", { text: "hello" }, 400],
    ["hub:rooms", [], 103],
    ["$chat:lobby", { text: "hello" }, 103],
    ["other:lobby", { text: "hello" }, 102],
  ])("is refused in %s as %j", async (channel, data, errorCode) => {
    const ada = await server.enter();
    await expect(ada.publish(channel, data)).rejects.toMatchObject({ errorCode });
  });

  test("is slowed down, and then cut off", async () => {
    const ada = await server.enter();
    const all = Array.from({ length: 140 }, () => ada.publish("chat:lobby", { text: "hello" }));
    const codes = (await Promise.allSettled(all)).map((result) =>
      result.status === "rejected" ? (result.reason as { errorCode?: number }).errorCode : 0,
    );
    expect(codes.slice(0, 30)).toEqual(Array(30).fill(0));
    expect(codes[35]).toBe(111);
    expect(codes.at(-1)).toBeUndefined();
  });
});

describe("the rooms of the chat", () => {
  test.each(["Lobby", "a b", "a/b", "-x", "", "x".repeat(33)])(
    "can't be called %j",
    async (room) => {
      const ada = await server.enter();
      await expect(join(ada, room)).rejects.toMatchObject({
        errorCode: 400,
        message: "A room can't be called that.",
      });
    },
  );

  test.each(["$chat:lobby", "chat:lobby#ada", "hub:other"])(
    "are not to be had as %s",
    async (channel) => {
      const ada = await server.enter();
      await expect(ada.subscribe(channel).ready()).rejects.toMatchObject({ errorCode: 103 });
    },
  );

  test("are left one by one", async () => {
    const ada = await server.enter();
    const lobby = await join(ada);
    await join(ada, "planning");
    expect(server.chat.rooms).toBe(2);
    await lobby.unsubscribe();
    expect(server.chat.rooms).toBe(1);
  });

  test("are refused when there are too many of one person's", async () => {
    const ada = await server.enter();
    for (let number = 0; number < 8; number++) await join(ada, `room-${number}`);
    await expect(join(ada)).rejects.toMatchObject({ errorCode: 106 });
  });

  test("keep what was said while nobody is there", async () => {
    const ada = await server.enter();
    await join(ada, "planning");
    await ada.publish("chat:planning", { text: "hello" });
    await ada.close();
    const bob = await server.enter();
    const room = await join(bob, "planning");
    expect((await room.history()).publications).toMatchObject([{ data: { text: "hello" } }]);
  });
});

describe("another name", () => {
  test("is seen by all in the same rooms, and by those who come later", async () => {
    const ada = await server.enter({ name: "Ada" });
    const bob = await server.enter({ name: "Bob" });
    await join(ada);
    const room = await join(bob);
    expect(await ada.rpc("rename", { name: "Bob" })).toEqual({ name: "Bob 2" });
    expect(await next(room)).toMatchObject({
      data: { renamed: { from: "Ada", to: "Bob 2" } },
      info: undefined,
      offset: undefined,
    });
    await vi.waitFor(async () => {
      expect(await people(bob)).toEqual(
        expect.arrayContaining([{ name: "Bob" }, { name: "Bob 2" }]),
      );
    });
    await ada.publish("chat:lobby", { text: "hello" });
    expect(await next(room)).toMatchObject({ info: { conn_info: { name: "Bob 2" } } });
  });

  test("is told to nobody when it is the same", async () => {
    const ada = await server.enter({ name: "Ada" });
    const room = await join(ada);
    expect(await ada.rpc("rename", { name: "Ada" })).toEqual({ name: "Ada" });
    await ada.publish("chat:lobby", { text: "first" });
    expect(await next(room)).toMatchObject({ data: { text: "first" } });
  });

  test("has to be one", async () => {
    const ada = await server.enter({ name: "Ada" });
    await expect(ada.rpc("rename", { name: "" })).rejects.toMatchObject({ errorCode: 400 });
    await expect(ada.rpc("rename")).rejects.toMatchObject({ errorCode: 400 });
  });
});

test("the chat answers those who ask whether it is there, and nothing else", async () => {
  const ada = await server.enter();
  expect(await ada.rpc("ping")).toBeUndefined();
  await expect(ada.rpc("anything")).rejects.toMatchObject({ errorCode: 400 });
});
