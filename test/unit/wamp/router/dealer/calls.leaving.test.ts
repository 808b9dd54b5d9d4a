import { expect, test } from "vitest";
import { makeRealm, rolesWithout, TestSession } from "../../../../support/wamp-session.ts";

const CANCELED = "wamp.error.canceled";

function setUp(feature?: string): [callee: TestSession, caller: TestSession] {
  const realm = makeRealm();
  const callee = new TestSession(realm, {}, feature ? rolesWithout("callee", feature) : undefined);
  callee.register("com.work");
  return [callee, new TestSession(realm)];
}

test("a caller leaves: its callees are interrupted, and their answers dropped", () => {
  const [callee, caller] = setUp();
  caller.call("com.work");
  caller.call("com.work", { progress: true });
  callee.take();
  caller.leave();
  expect(callee.take()).toEqual([
    [69, 1, { mode: "killnowait", reason: CANCELED }],
    [69, 2, { mode: "killnowait", reason: CANCELED }],
  ]);
  callee.send([70, 1, {}]);
  callee.send([8, 68, 2, {}, CANCELED]);
  expect(callee.take()).toEqual([]);
  expect(caller.take()).toEqual([]);
});

test("a caller leaves: a callee that can't be interrupted isn't", () => {
  const [callee, caller] = setUp("call_canceling");
  caller.call("com.work");
  callee.take();
  caller.leave();
  expect(callee.take()).toEqual([]);
  callee.send([70, 1, {}]);
  expect(callee.take()).toEqual([]);
});

test("a caller leaves while its call is being killed: its callee is interrupted once", () => {
  const [callee, caller] = setUp();
  caller.call("com.work");
  caller.send([49, 1, { mode: "kill" }]);
  callee.take();
  caller.leave();
  expect(callee.take()).toEqual([]);
});

test("a callee leaves: its callers have an error, and the next call finds nobody", () => {
  const [callee, caller] = setUp();
  caller.call("com.work");
  caller.call("com.work", { receive_progress: true });
  callee.send([70, 2, { progress: true }]);
  callee.leave();
  expect(caller.take()).toEqual([
    [50, 2, { progress: true }],
    [8, 48, 1, {}, CANCELED],
    [8, 48, 2, {}, CANCELED],
  ]);
  caller.call("com.work");
  expect(caller.take()).toEqual([[8, 48, 3, {}, "wamp.error.no_such_procedure"]]);
});

test("a callee of several leaves: the next call goes to another one", () => {
  const realm = makeRealm();
  const [first, second, caller] = [
    new TestSession(realm),
    new TestSession(realm),
    new TestSession(realm),
  ];
  first.register("com.shared", { invoke: "first" });
  second.register("com.shared", { invoke: "first" });
  first.leave();
  caller.call("com.shared");
  expect(second.take()).toHaveLength(1);
});

test("a session that calls itself leaves", () => {
  const [callee, caller] = setUp();
  callee.call("com.work");
  callee.leave();
  expect(callee.session.calls.size + callee.session.invocations.size).toBe(0);
  expect(caller.take()).toEqual([]);
});

test("all that a session has is gone with it", () => {
  const [callee, caller] = setUp();
  caller.call("com.work");
  callee.leave();
  caller.leave();
  for (const { session } of [callee, caller]) {
    expect([session.calls.size, session.invocations.size, session.registrations.size]).toEqual([
      0, 0, 0,
    ]);
  }
});
