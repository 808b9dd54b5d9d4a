import { describe, expect, test } from "vitest";
import { RouterCore } from "../../../../../src/wamp/router/router.ts";
import { WampPeer } from "../../../../support/wamp-peer.ts";

const open = { authenticators: [], authorizer: { authorize: () => ({ allow: true }) } };

function makeRouter(): RouterCore {
  return new RouterCore({ realms: { realm1: open } });
}

describe("the session meta API", () => {
  test("counts, lists and describes sessions", async () => {
    const router = makeRouter();
    const ann = await WampPeer.join(router, { authid: "ann", authrole: "admin" });
    const bob = await WampPeer.join(router, { authid: "bob" });
    ann.send([48, 1, {}, "wamp.session.count"]);
    ann.send([48, 2, {}, "wamp.session.count", [["user"]]]);
    ann.send([48, 3, {}, "wamp.session.list", [["admin", "nobody"]]]);
    ann.send([48, 4, {}, "wamp.session.get", [bob.id]]);
    ann.send([48, 5, {}, "wamp.session.get", [1]]);
    expect(await ann.takeAll(5)).toEqual([
      [50, 1, {}, [2]],
      [50, 2, {}, [1]],
      [50, 3, {}, [[ann.id]]],
      [
        50,
        4,
        {},
        [
          {
            session: bob.id,
            authid: "bob",
            authrole: "user",
            authmethod: "test",
            authprovider: "test",
          },
        ],
      ],
      [8, 48, 5, {}, "wamp.error.no_such_session", ["there is no session 1"]],
    ]);
  });

  test("tells who joins and leaves", async () => {
    const router = makeRouter();
    const watcher = await WampPeer.join(router);
    watcher.send([32, 1, {}, "wamp.session.on_join"]);
    watcher.send([32, 2, {}, "wamp.session.on_leave"]);
    const [[, , joins], [, , leaves]] = (await watcher.takeAll(2)) as unknown as [
      number[],
      number[],
    ];
    const bob = await WampPeer.join(router, { authid: "bob" });
    expect(await watcher.take()).toMatchObject([
      36,
      joins,
      expect.any(Number),
      {},
      [{ session: bob.id, authid: "bob", authrole: "user" }],
    ]);
    bob.close();
    expect(await watcher.take()).toMatchObject([
      36,
      leaves,
      expect.any(Number),
      {},
      [bob.id, "bob", "user"],
    ]);
  });

  test("ends a session, which is told why", async () => {
    const router = makeRouter();
    const ann = await WampPeer.join(router);
    const bob = await WampPeer.join(router);
    ann.send([48, 1, {}, "wamp.session.kill", [bob.id], { reason: "com.bye", message: "enough" }]);
    expect(await ann.take()).toEqual([50, 1, {}]);
    expect(await bob.take()).toEqual([6, { message: "enough" }, "com.bye"]);
    bob.send([6, {}, "wamp.close.goodbye_and_out"]);
    await bob.gone;
  });

  test("never ends whoever asks", async () => {
    const router = makeRouter();
    const ann = await WampPeer.join(router, { authid: "ann" });
    const bob = await WampPeer.join(router, { authid: "ann" });
    const eve = await WampPeer.join(router, { authid: "eve", authrole: "other" });
    ann.send([48, 1, {}, "wamp.session.kill", [ann.id]]);
    ann.send([48, 2, {}, "wamp.session.kill_by_authid", ["ann"]]);
    ann.send([48, 3, {}, "wamp.session.kill_by_authrole", ["user"]]);
    ann.send([48, 4, {}, "wamp.session.kill_all", [], { reason: "no uri" }]);
    ann.send([48, 5, {}, "wamp.session.kill_all"]);
    expect(await ann.takeAll(5)).toEqual([
      [8, 48, 1, {}, "wamp.error.no_such_session", [expect.any(String)]],
      [50, 2, {}, [[bob.id]]],
      [50, 3, {}, [0]],
      [8, 48, 4, {}, "wamp.error.invalid_uri", [expect.any(String)]],
      [50, 5, {}, [1]],
    ]);
    expect(await bob.take()).toEqual([6, {}, "wamp.close.killed"]);
    expect(await eve.take()).toEqual([6, {}, "wamp.close.killed"]);
  });

  test("tells nobody of those who are ended all at once", async () => {
    const router = makeRouter();
    const ann = await WampPeer.join(router);
    await WampPeer.join(router);
    ann.send([32, 1, {}, "wamp.session.on_leave"]);
    await ann.take();
    ann.send([48, 2, {}, "wamp.session.kill_all"]);
    expect(await ann.take()).toEqual([50, 2, {}, [1]]);
    expect(await ann.isQuiet()).toBe(true);
  });
});
