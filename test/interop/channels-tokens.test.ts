import { ChannelError, DisconnectError } from "fullduplex/channels/server";
import type { TokenVerifier } from "fullduplex/channels/server";
import { describe, expect, test } from "vitest";
import { json, next, protobuf, queue, start } from "./centrifuge.ts";

const BUILDS = [
  ["JSON", json],
  ["Protobuf", protobuf],
] as const;

/** In seconds, as tokens have it. */
const soon = (): number => Math.floor(Date.now() / 1000) + 1;

/** Tokens are words: who it is or which channel it is for, and what becomes of it. Tells of each that was shown. */
function makeVerifier(): TokenVerifier & {
  shown: string[];
  waitFor(count: number): Promise<void>;
} {
  const shown: string[] = [];
  let check = (): void => {};
  const read = (token: string): [string, { expireAt?: number }] => {
    shown.push(token);
    check();
    const [name = "", what] = token.split(" ");
    if (what === "expired") throw new ChannelError(109);
    if (what === "wrong") throw new DisconnectError(3500, "invalid token");
    return [name, what === "short" ? { expireAt: soon() } : {}];
  };
  return {
    shown,
    waitFor: (count) =>
      new Promise((resolve) => {
        check = () => shown.length >= count && resolve();
        check();
      }),
    async connection(token) {
      const [user, claims] = read(token);
      return { user, ...claims };
    },
    async subscription(token) {
      const [channel, claims] = read(token);
      return { channel, user: undefined, client: undefined, ...claims };
    },
  };
}

/** Gives one token after the other; the last one again and again. */
function supply(...tokens: string[]): () => Promise<string> {
  return async () => (tokens.length > 1 ? tokens.shift() : tokens[0]) as string;
}

describe.each(BUILDS)("with %s, a token of a connection", (_, build) => {
  test("says who it is, and is refreshed before it expires", async () => {
    const tokens = makeVerifier();
    await using server = await start({ tokens, anonymous: false, expiryGrace: 60_000 });
    const { client } = server.peer(build, { getToken: supply("ann short", "ann") });
    await client.ready();
    expect(await server.channels.connections()).toMatchObject([{ user: "ann" }]);
    await tokens.waitFor(2);
    expect(tokens.shown).toEqual(["ann short", "ann"]);
    await client.rpc("any", build.encode(1)).catch(() => {});
    expect(client.state).toBe("connected");
  });

  test("that has expired is replaced", async () => {
    const tokens = makeVerifier();
    await using server = await start({ tokens, anonymous: false });
    const { client } = server.peer(build, { getToken: supply("ann expired", "ann") });
    const errors = queue(client, "error");
    const connected = next(client, "connected");
    expect((await errors()).error.code).toBe(109);
    await connected;
    expect(tokens.shown).toEqual(["ann expired", "ann"]);
  });

  test("that is wrong ends the client", async () => {
    await using server = await start({ tokens: makeVerifier(), anonymous: false });
    const { client } = server.peer(build, { token: "ann wrong" });
    expect(await next(client, "disconnected")).toEqual({ code: 3500, reason: "invalid token" });
  });

  test("of somebody else doesn't refresh it", async () => {
    await using server = await start({ tokens: makeVerifier(), anonymous: false });
    const { client } = server.peer(build, { getToken: supply("ann short", "bob") });
    expect((await next(client, "disconnected")).code).toBe(3500);
  });

  test("that nobody refreshes ends the connection; the next one is asked for", async () => {
    const tokens = makeVerifier();
    await using server = await start({ tokens, anonymous: false, expiryGrace: 1 });
    const { client } = server.peer(build, { token: "ann short" });
    await next(client, "connected");
    await server.channels.refresh({ user: "ann" }, { expired: true });
    expect((await next(client, "connecting")).code).toBe(3005);
  });

  test("is not there, and nobody is let in without one", async () => {
    await using server = await start({ tokens: makeVerifier(), anonymous: false });
    const { client } = server.peer(build);
    expect((await next(client, "disconnected")).code).toBe(101);
  });
});

describe.each(BUILDS)("with %s, a token of a subscription", (_, build) => {
  const namespaces = { "": {} };

  test("lets in, and is refreshed before it expires", async () => {
    const tokens = makeVerifier();
    await using server = await start({ tokens, namespaces, expiryGrace: 60_000 });
    const subscription = server
      .peer(build)
      .client.newSubscription("$room", { getToken: supply("$room short", "$room") });
    subscription.subscribe();
    await subscription.ready();
    await tokens.waitFor(2);
    expect(tokens.shown).toEqual(["$room short", "$room"]);
    const received = next(subscription, "publication");
    await server.channels.publish("$room", "1");
    expect(build.decode((await received).data)).toBe(1);
  });

  test("that has expired is replaced", async () => {
    const tokens = makeVerifier();
    await using server = await start({ tokens, namespaces });
    const subscription = server.peer(build).client.newSubscription("room", {
      getToken: supply("room expired", "room"),
      minResubscribeDelay: 1,
    });
    const failed = next(subscription, "error");
    subscription.subscribe();
    expect((await failed).error.code).toBe(109);
    await subscription.ready();
    expect(tokens.shown).toEqual(["room expired", "room"]);
  });

  test("for another channel ends the connection", async () => {
    await using server = await start({ tokens: makeVerifier(), namespaces });
    const { client } = server.peer(build);
    client.newSubscription("room", { token: "other" }).subscribe();
    expect((await next(client, "disconnected")).code).toBe(3500);
  });

  test("that nobody refreshes ends the subscription, for a new one", async () => {
    const tokens = makeVerifier();
    await using server = await start({ tokens, namespaces, expiryGrace: 1 });
    const { client } = server.peer(build);
    // (It asks for the new token, and doesn't get it in time.)
    let give = (_token: string): void => {};
    const supplied = ["room short"];
    const subscription = client.newSubscription("room", {
      getToken: () =>
        new Promise((resolve) => {
          const token = supplied.shift();
          give = resolve;
          if (token !== undefined) resolve(token);
        }),
    });
    subscription.subscribe();
    await subscription.ready();
    expect((await next(subscription, "subscribing")).code).toBe(2501);
    give("room");
    await subscription.ready();
    expect(client.state).toBe("connected");
  });
});
