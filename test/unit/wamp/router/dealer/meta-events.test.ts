import { expect, test } from "vitest";
import type { Message } from "../../../../../src/wamp/protocol/messages.ts";
import type { RouterOptions } from "../../../../../src/wamp/router/options.ts";
import type { Realm } from "../../../../../src/wamp/router/realm.ts";
import { makeRealm, TestSession } from "../../../../support/wamp-session.ts";

function setUp(options: RouterOptions = {}): {
  realm: Realm;
  watcher: TestSession;
  callee: TestSession;
} {
  const realm = makeRealm(options);
  const watcher = new TestSession(realm);
  watcher.send([32, watcher.next(), { match: "prefix" }, "wamp.registration.on_"]);
  watcher.take();
  return { realm, watcher, callee: new TestSession(realm) };
}

/** What the events say, in order. */
function told(watcher: TestSession): unknown[] {
  return watcher.take().map((message: Message) => {
    const [, , , details, args] = message as [number, number, number, { topic: string }, unknown[]];
    return [details.topic.slice("wamp.registration.".length), ...args];
  });
}

test("create, register, unregister, delete", () => {
  const { realm, watcher, callee } = setUp();
  const second = new TestSession(realm);
  callee.register("com.a", { match: "prefix", invoke: "random" });
  second.register("com.a", { match: "prefix", invoke: "random" });
  second.register("com.a", { match: "prefix", invoke: "random" });
  const created = { created: expect.any(String), uri: "com.a", match: "prefix", invoke: "random" };
  expect(told(watcher)).toEqual([
    ["on_create", callee.id, { id: 1, ...created }],
    ["on_register", callee.id, 1],
    ["on_register", second.id, 1],
  ]);
  callee.send([66, callee.next(), 1]);
  expect(told(watcher)).toEqual([["on_unregister", callee.id, 1]]);
  second.leave();
  expect(told(watcher)).toEqual([
    ["on_unregister", second.id, 1],
    ["on_delete", second.id, 1],
  ]);
});

test("to be replaced is to unregister", () => {
  const { realm, watcher, callee } = setUp();
  callee.register("com.a");
  const next = new TestSession(realm);
  next.register("com.a", { force_reregister: true });
  expect(told(watcher).slice(2)).toMatchObject([
    ["on_unregister", callee.id, 1],
    ["on_delete", callee.id, 1],
    ["on_create", next.id, { id: 2, uri: "com.a", match: "exact", invoke: "single" }],
    ["on_register", next.id, 2],
  ]);
});

test("what is refused is not told", () => {
  const { watcher, callee } = setUp();
  callee.send([64, 1, {}, "wamp.mine"]);
  callee.send([66, 2, 7]);
  expect(told(watcher)).toEqual([]);
});

test("events stay in order though one of them ends the session that they are about", () => {
  const { watcher, callee } = setUp({ overflow: "close", maxQueue: 1000 });
  callee.send([32, callee.next(), {}, "wamp.registration.on_create"]);
  callee.take();
  callee.waiting = 1001;
  callee.send([64, callee.next(), {}, "com.a"]);
  expect(callee.session.isOpen).toBe(false);
  expect(told(watcher).map((event) => (event as [string])[0])).toEqual([
    "on_create",
    "on_register",
    "on_unregister",
    "on_delete",
  ]);
});
