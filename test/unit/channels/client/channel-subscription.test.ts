import { describe, expect, test } from "vitest";
import { ChannelError } from "../../../../src/channels/server/errors.ts";
import { LimitError, StateError } from "../../../../src/errors.ts";
import { isPending, rejection, turns } from "../../../support/turns.ts";
import { Script } from "./support/script.ts";
import { Reader, World, dataOf, range } from "./support/world.ts";

describe("recovery", () => {
  test("what was published meanwhile is there after a reconnect, once and in order", async () => {
    await using world = new World();
    const news = world.client().subscribe<number>("news:a");
    const reader = new Reader(news);
    await news.ready();
    await world.publish("news:a", 1, 5);
    world.cut();
    await world.publish("news:a", 6, 10);
    await world.until(() => reader.items.length >= 10, "all publications");
    await world.publish("news:a", 11);
    await world.until(() => reader.items.length >= 11, "the last publication");
    expect(dataOf(reader.items)).toEqual(range(1, 11));
    expect(reader.items.map((item) => "offset" in item && item.offset)).toEqual(range(1, 11));
  });

  test("what can't be recovered is a gap, and what is published after it follows", async () => {
    await using world = new World();
    const news = world.client().subscribe<number>("news:a");
    const reader = new Reader(news);
    await news.ready();
    await world.publish("news:a", 1, 2);
    await world.until(() => reader.items.length === 2, "two publications");
    await world.restart();
    await world.publish("news:a", 3, 4);
    await world.until(() => reader.items.length === 3, "the gap");
    await world.publish("news:a", 5);
    await world.until(() => reader.items.length === 4, "what follows");
    expect(dataOf(reader.items)).toEqual([1, 2, "gap", 5]);
    expect(news.position).toMatchObject({ offset: 3 });
  });

  test("a channel that keeps nothing shows each reconnect as a gap", async () => {
    await using world = new World();
    const loud = world.client().subscribe<number>("loud:a");
    const reader = new Reader(loud);
    await loud.ready();
    expect(loud.position).toBeUndefined();
    await world.publish("loud:a", 1);
    await world.until(() => reader.items.length === 1, "the first");
    world.cut();
    await world.until(() => reader.items.length === 2, "the gap");
    await world.publish("loud:a", 2);
    await world.until(() => reader.items.length === 3, "the second");
    expect(dataOf(reader.items)).toEqual([1, "gap", 2]);
  });

  test("who doesn't care sees no gaps", async () => {
    await using world = new World();
    const loud = world.client().subscribe<number>("loud:a", { gaps: "ignore" });
    const reader = new Reader(loud);
    await loud.ready();
    world.cut();
    await turns(5);
    expect(loud.state).toBe("subscribing");
    await world.until(() => loud.state === "subscribed", "the reconnect");
    await world.publish("loud:a", 2);
    await world.until(() => reader.items.length === 1, "the publication");
    const [{ data } = { data: 0 }] = reader.items;
    expect(data).toBe(2);
  });

  test("several gaps that wait are one", async () => {
    await using world = new World();
    const loud = world.client().subscribe("loud:a");
    await loud.ready();
    for (let round = 1; round <= 3; round++) {
      world.cut();
      await world.until(() => world.connections.length > round, "the reconnect");
      await world.until(() => loud.state === "subscribed", "the subscription");
    }
    await world.publish("loud:a", 1);
    const reader = new Reader(loud);
    await world.until(() => reader.items.length >= 2, "two items");
    expect(dataOf(reader.items)).toEqual(["gap", 1]);
  });

  test("it can begin with what was published after a position", async () => {
    await using world = new World();
    await world.publish("news:a", 1, 5);
    const client = world.client();
    const { epoch } = await client.history("news:a", { limit: 0 });
    const reader = new Reader(client.subscribe("news:a", { since: { offset: 2, epoch } }));
    await world.until(() => reader.items.length === 3, "three publications");
    expect(dataOf(reader.items)).toEqual([3, 4, 5]);
    const other = new Reader(
      world.client().subscribe("news:a", { since: { offset: 2, epoch: "x" } }),
    );
    await world.until(() => other.items.length === 1, "the gap");
    expect(dataOf(other.items)).toEqual(["gap"]);
  });

  test("what a client doesn't get because it published it moves its place on", async () => {
    await using world = new World({
      namespaces: {
        quiet: {
          access: { subscribe: "anyone", publish: "anyone" },
          echo: false,
          history: { size: 9, ttl: 9_999 },
        },
      },
    });
    const quiet = world.client().subscribe<number>("quiet:a");
    const reader = new Reader(quiet);
    await quiet.publish(1);
    await world.until(() => quiet.position?.offset === 1, "the position");
    await world.publish("quiet:a", 2);
    await world.until(() => reader.items.length === 1, "the publication");
    expect(dataOf(reader.items)).toEqual([2]);
    expect(world.connections).toHaveLength(1);
  });

  test("a server that skips an offset is asked again; one that repeats itself is not heard", async () => {
    await using script = new Script();
    const reader = new Reader(script.client.subscribe("a"));
    const peer = await script.connected();
    await peer.answer("subscribe", { recoverable: true, epoch: "e" });
    const pub = (offset: number) => ({ push: { channel: "a", pub: { data: offset, offset } } });
    peer.send(pub(1), pub(1), pub(3), pub(4));
    expect(await peer.answer("unsubscribe")).toEqual({ channel: "a" });
    await script.clock.advanceAsync(500);
    expect(await peer.command()).toMatchObject({
      subscribe: { channel: "a", recover: true, offset: 1, epoch: "e" },
    });
    const publications = [2, 3, 4].map((offset) => ({ data: offset, offset }));
    const subscribe = { recoverable: true, recovered: true, epoch: "e", offset: 1, publications };
    peer.send({ id: 4, subscribe });
    peer.send(pub(5));
    await turns(5);
    expect(dataOf(reader.items)).toEqual([1, 2, 3, 4, 5]);
  });

  test("publications in the same frame as the answer are not lost", async () => {
    await using script = new Script();
    const reader = new Reader(script.client.subscribe("a"));
    const peer = await script.peer();
    await peer.command();
    const pub = (data: number) => ({ push: { channel: "a", pub: { data } } });
    peer.send(
      pub(0),
      { id: 1, connect: { client: "c" } },
      { id: 2, subscribe: {} },
      pub(1),
      pub(2),
    );
    await turns(5);
    expect(dataOf(reader.items)).toEqual([1, 2]);
  });
});

describe("the queue", () => {
  test("nothing is lost before the loop begins, nor between two loops", async () => {
    await using world = new World();
    const news = world.client().subscribe("news:a");
    await news.ready();
    await world.publish("news:a", 1, 3);
    await turns(5);
    const seen: unknown[] = [];
    for await (const item of news) {
      seen.push(item.type === "publication" && item.data);
      break;
    }
    const reader = new Reader(news);
    await world.until(() => reader.items.length === 2, "the rest");
    expect([...seen, ...dataOf(reader.items)]).toEqual([1, 2, 3]);
  });

  test("there is one reader at a time", async () => {
    await using world = new World();
    const news = world.client().subscribe("news:a");
    const first = news[Symbol.asyncIterator]().next();
    expect(await rejection(news[Symbol.asyncIterator]().next())).toBeInstanceOf(StateError);
    expect(await isPending(first)).toBe(true);
  });

  test("what a slow reader has no room for is recovered when it has read the rest", async () => {
    await using world = new World();
    const news = world.client().subscribe("news:a", { maxQueue: 300 });
    await news.ready();
    await world.publish("news:a", 1, 50);
    await turns(5);
    expect(news.position?.offset).toBeLessThan(10);
    const reader = new Reader(news);
    await world.until(() => reader.items.length >= 50, "all of them");
    await world.publish("news:a", 51);
    await world.until(() => reader.items.length >= 51, "the last one");
    expect(dataOf(reader.items)).toEqual(range(1, 51));
    expect(world.connections).toHaveLength(1);
  });

  test("where nothing can be recovered, a slow reader sees a gap", async () => {
    await using world = new World();
    const loud = world.client().subscribe("loud:a", { maxQueue: 300 });
    await loud.ready();
    await world.publish("loud:a", 1, 50);
    await turns(5);
    const reader = new Reader(loud);
    await world.until(() => dataOf(reader.items).includes("gap"), "the gap");
    await world.publish("loud:a", 51);
    await world.until(() => dataOf(reader.items).includes(51), "what follows");
    const shown = dataOf(reader.items);
    const kept = shown.indexOf("gap");
    expect(shown).toEqual([...range(1, kept), "gap", 51]);
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(50);
  });

  test("a slow reader misses nothing through a reconnect either", async () => {
    await using world = new World();
    const news = world.client().subscribe("news:a", { maxQueue: 300 });
    await news.ready();
    await world.publish("news:a", 1, 20);
    await turns(5);
    world.cut();
    await world.publish("news:a", 21, 40);
    await world.until(() => world.connections.length === 2, "the reconnect");
    await world.until(() => news.state === "subscribed", "the subscription");
    const reader = new Reader(news);
    await world.until(() => reader.items.length >= 40, "all of them");
    expect(dataOf(reader.items)).toEqual(range(1, 40));
  });

  test("one publication is taken however large it is", async () => {
    await using world = new World();
    const news = world.client().subscribe("news:a", { maxQueue: 10 });
    const reader = new Reader(news);
    await news.ready();
    await world.server.publish("news:a", JSON.stringify("x".repeat(1_000)));
    await world.until(() => reader.items.length === 1, "it");
  });
});

describe("the end", () => {
  test("unsubscribe tells the server, and ends the loop after what waits", async () => {
    await using world = new World();
    const client = world.client();
    const news = client.subscribe("news:a");
    await news.ready();
    await world.publish("news:a", 1, 2);
    await turns(5);
    await news.unsubscribe();
    expect((await world.server.channels()).size).toBe(0);
    expect(news.state).toBe("ended");
    const reader = new Reader(news);
    expect(await reader.done).toBeUndefined();
    expect(dataOf(reader.items)).toEqual([1, 2]);
    await news.unsubscribe();
    const again = client.subscribe("news:a");
    await again.ready();
    expect([...(await world.server.channels()).keys()]).toEqual(["news:a"]);
  });

  test("a subscription can be ended and made again at once", async () => {
    await using world = new World();
    const client = world.client();
    for (let round = 0; round < 5; round++) {
      await using news = client.subscribe("news:a");
      if (round % 2 === 0) await news.ready();
    }
    const last = client.subscribe("news:a");
    await last.ready();
    expect(await world.server.connections({ channel: "news:a" })).toHaveLength(1);
  });

  test("a subscription that is ended before the first answer is ended on the server", async () => {
    await using script = new Script();
    const first = script.client.subscribe("a");
    const peer = await script.peer();
    const frame = await peer.frame();
    expect(frame).toHaveLength(2);
    const told = first.unsubscribe();
    script.client.subscribe("a");
    peer.send({ id: 1, connect: { client: "c" } }, { id: 2, subscribe: {} });
    expect(await peer.answer("unsubscribe")).toEqual({ channel: "a" });
    await told;
    await peer.answer("subscribe");
  });

  test("a channel has one subscription of a client at a time", async () => {
    await using world = new World();
    const client = world.client();
    client.subscribe("news:a");
    expect(() => client.subscribe("news:a")).toThrow(StateError);
  });

  test("what the server refuses ends the subscription, and not the client", async () => {
    await using world = new World();
    const client = world.client();
    const closed = client.subscribe("closed:a");
    const reader = new Reader(closed);
    const error = await rejection(closed.ready());
    expect(error).toBeInstanceOf(ChannelError);
    expect(error).toMatchObject({ errorCode: 103 });
    expect(await reader.done).toBe(error);
    await client.subscribe("news:a").ready();
    // It is not asked for again.
    world.cut();
    await turns(5);
    await world.until(() => client.status.state === "connected", "the reconnect");
    expect(closed.state).toBe("ended");
    client.subscribe("closed:a");
  });

  test("the server can end a subscription for good", async () => {
    await using world = new World();
    const news = world.client().subscribe("news:a");
    await news.ready();
    const reader = new Reader(news);
    const [{ client } = { client: "" }] = await world.server.connections();
    await world.server.unsubscribe({ client }, "news:a");
    expect(await reader.done).toMatchObject({ code: "ERR_CHANNEL", errorCode: 2000 });
    expect(news.state).toBe("ended");
  });

  test("from code 2500 on the client subscribes again, and recovers", async () => {
    await using script = new Script();
    const news = script.client.subscribe("a");
    const peer = await script.connected();
    await peer.answer("subscribe", { recoverable: true, epoch: "e", offset: 7 });
    peer.send({ push: { channel: "a", unsubscribe: { code: 2500, reason: "insufficient" } } });
    await turns(3);
    expect(news.state).toBe("subscribing");
    await script.clock.advanceAsync(500);
    const asked = await peer.answer("subscribe", {
      recoverable: true,
      recovered: true,
      epoch: "e",
      offset: 7,
    });
    expect(asked).toMatchObject({ recover: true, offset: 7, epoch: "e" });
    await turns(3);
    expect(news.state).toBe("subscribed");
  });

  test("the end of what was before is not the end of what has been asked for since", async () => {
    await using script = new Script();
    await using old = script.client.subscribe("a");
    const peer = await script.connected();
    await peer.answer("subscribe");
    await old.ready();
    const told = old.unsubscribe();
    const news = script.client.subscribe("a");
    peer.send({ push: { channel: "a", unsubscribe: { code: 2500 } } });
    await peer.answer("unsubscribe");
    await told;
    await peer.answer("subscribe");
    await news.ready();
    expect(news.state).toBe("subscribed");
  });

  test("the server can end a subscription that it has not answered yet", async () => {
    await using script = new Script();
    const news = script.client.subscribe("a");
    const peer = await script.connected();
    await peer.command();
    peer.send({ push: { channel: "a", unsubscribe: { code: 2000, reason: "no" } } });
    expect(await rejection(news.ready())).toMatchObject({ errorCode: 2000, message: "no" });
    expect(await peer.answer("unsubscribe")).toEqual({ channel: "a" });
  });

  test("delays begin anew when a subscription has lived a while", async () => {
    await using script = new Script({ initialDelay: 100, maxDelay: 1_000_000 });
    script.client.subscribe("a");
    const peer = await script.connected();
    for (let round = 0; round < 4; round++) {
      await peer.refuse("subscribe", 100, true);
      await turns(2);
      await script.clock.advanceAsync(100 * 2 ** round);
    }
    await peer.answer("subscribe");
    await turns(2);
    await script.clock.advanceAsync(10_000);
    peer.send({ push: { channel: "a", unsubscribe: { code: 2500 } } });
    await turns(2);
    await script.clock.advanceAsync(100);
    await peer.answer("subscribe");
  });

  test("an error that is temporary is no end", async () => {
    await using script = new Script({ initialDelay: 100 });
    const news = script.client.subscribe("a");
    const peer = await script.connected();
    await peer.refuse("subscribe", 100, true);
    await script.clock.advanceAsync(100);
    await peer.refuse("subscribe", 111, true);
    await script.clock.advanceAsync(200);
    await peer.answer("subscribe");
    await news.ready();
  });

  test("a server that doesn't answer a subscribe loses the connection", async () => {
    await using script = new Script({ timeout: 1_000 });
    const news = script.client.subscribe("a");
    const peer = await script.connected();
    await script.client.connected();
    await peer.command();
    await script.clock.advanceAsync(1_000);
    expect(script.client.status).toMatchObject({ error: { code: "ERR_TIMEOUT" } });
    const next = await script.connected();
    await next.answer("subscribe");
    await news.ready();
  });
});

describe("tokens", () => {
  test("getToken is asked for a token, and again when it has expired", async () => {
    const asked: string[] = [];
    await using script = new Script({ initialDelay: 100 });
    const getToken = async ({ channel }: { channel: string }): Promise<string> => {
      asked.push(channel);
      return `t${asked.length}`;
    };
    const secret = script.client.subscribe("$a", { getToken });
    const peer = await script.connected();
    expect(await peer.command()).toMatchObject({ subscribe: { channel: "$a", token: "t1" } });
    peer.send({ id: 2, error: { code: 109, message: "expired" } });
    await turns(2);
    await script.clock.advanceAsync(100);
    expect(await peer.answer("subscribe", { expires: true, ttl: 30 })).toMatchObject({
      token: "t2",
    });
    await secret.ready();
    await script.clock.advanceAsync(20_000);
    expect(await peer.answer("sub_refresh", { expires: true, ttl: 30 })).toEqual({
      channel: "$a",
      token: "t3",
    });
    await turns(2);
    peer.send({ push: { channel: "$a", unsubscribe: { code: 2501 } } });
    await turns(2);
    await script.clock.advanceAsync(100);
    expect(await peer.answer("subscribe")).toMatchObject({ token: "t4" });
    peer.connection.terminate();
    const next = await script.connected();
    expect(await next.command()).toMatchObject({ subscribe: { token: "t4" } });
    expect(asked).toHaveLength(4);
  });

  test("a token that is there goes with the first frame; getToken may say that there is none", async () => {
    await using script = new Script();
    script.client.subscribe("$a", { token: "t" });
    const refused = script.client.subscribe("$b", {
      getToken: () => Promise.reject(new ChannelError(103, "not yours")),
    });
    const frame = await (await script.peer()).frame();
    expect(frame).toHaveLength(2);
    expect(frame[1]).toMatchObject({ subscribe: { channel: "$a", token: "t" } });
    expect(await rejection(refused.ready())).toMatchObject({ message: "not yours" });
  });

  test("a getToken that fails is asked again", async () => {
    let count = 0;
    await using script = new Script({ initialDelay: 100 });
    script.client.subscribe("$a", {
      getToken: () => (count++ === 0 ? Promise.reject(new Error("not now")) : "t"),
    });
    const peer = await script.connected();
    await turns(2);
    await script.clock.advanceAsync(100);
    expect(await peer.command()).toMatchObject({ subscribe: { token: "t" } });
  });

  test("a token that comes when the connection has gone is used on the next one", async () => {
    await using script = new Script();
    let give: (token: string) => void = () => {};
    const token = new Promise<string>((resolve) => {
      give = resolve;
    });
    script.client.subscribe("$a", { getToken: () => token });
    const peer = await script.connected();
    await script.client.connected();
    peer.connection.terminate();
    await turns(3);
    give("t");
    const next = await script.connected();
    expect(await next.command()).toMatchObject({ subscribe: { token: "t" } });
  });

  test("without getToken an expired token ends the subscription", async () => {
    await using script = new Script();
    const secret = script.client.subscribe("$a", { token: "old" });
    await (await script.connected()).refuse("subscribe", 109);
    expect(await rejection(secret.ready())).toMatchObject({ errorCode: 109 });
  });
});

describe("subscriptions that the server makes", () => {
  const personal = {
    hooks: { connect: () => ({ user: "ann" }) },
    personal: "news",
  };

  test("are there once the client is connected, and are recovered", async () => {
    await using world = new World(personal);
    const mine = world.client().subscribe<number>("news:#ann", { server: true });
    const reader = new Reader(mine);
    await mine.ready();
    await world.publish("news:#ann", 1, 2);
    await world.until(() => reader.items.length === 2, "two");
    world.cut();
    await world.publish("news:#ann", 3, 4);
    await world.until(() => reader.items.length === 4, "all");
    expect(dataOf(reader.items)).toEqual([1, 2, 3, 4]);
  });

  test("can be asked for later, and go on from there", async () => {
    await using world = new World(personal);
    const client = world.client();
    await client.connected();
    await world.publish("news:#ann", 1, 2);
    await turns(5);
    const mine = client.subscribe("news:#ann", { server: true });
    await mine.ready();
    expect(mine.position?.offset).toBe(2);
    const reader = new Reader(mine);
    await world.publish("news:#ann", 3);
    await world.until(() => reader.items.length === 1, "the third");
    expect(dataOf(reader.items)).toEqual([3]);
  });

  test("can be made at any time", async () => {
    await using world = new World();
    const client = world.client();
    const made = client.subscribe("news:a", { server: true });
    await client.connected();
    expect(made.state).toBe("subscribing");
    const { client: id } = client.status as { client: string };
    await world.server.subscribe({ client: id }, "news:a");
    await made.ready();
    await world.publish("news:a", 1);
    const reader = new Reader(made);
    await world.until(() => reader.items.length === 1, "it");
    await world.server.unsubscribe({ client: id }, "news:a");
    expect(await reader.done).toMatchObject({ errorCode: 2000 });
  });

  test("have members too", async () => {
    await using world = new World({
      hooks: { connect: () => ({ user: "ann" }) },
      personal: "room",
    });
    const mine = world.client().subscribe("room:#ann", { server: true, presence: true });
    await world.until(() => mine.presence.size === 1, "the first");
    const other = world.client();
    await world.until(() => mine.presence.size === 2, "the second");
    await other.close();
    await world.until(() => mine.presence.size === 1, "the leave");
  });

  test("can be ended by the client, and made anew by the server", async () => {
    await using world = new World(personal);
    const client = world.client();
    const mine = client.subscribe("news:#ann", { server: true });
    await mine.ready();
    await mine.unsubscribe();
    expect((await world.server.channels()).size).toBe(0);
    const again = client.subscribe("news:#ann", { server: true });
    await world.server.subscribe({ user: "ann" }, "news:#ann");
    await again.ready();
  });

  test("show a gap to a slow reader", async () => {
    await using world = new World(personal);
    const mine = world.client().subscribe("news:#ann", { server: true, maxQueue: 300 });
    await mine.ready();
    await world.publish("news:#ann", 1, 50);
    await turns(5);
    const reader = new Reader(mine);
    await world.until(() => dataOf(reader.items).includes("gap"), "the gap");
    await world.publish("news:#ann", 51);
    await world.until(() => dataOf(reader.items).includes(51), "what follows");
    expect(dataOf(reader.items).slice(-2)).toEqual(["gap", 51]);
    expect(world.connections).toHaveLength(1);
  });
});

test("a queue that is full of commands refuses a subscription's publish like any other", async () => {
  await using script = new Script({ maxPending: 50 });
  const room = script.client.subscribe<string>("a");
  void room.publish("x".repeat(100));
  expect(await rejection(room.publish("y"))).toBeInstanceOf(LimitError);
});
