import { expect, test } from "vitest";
import type { Roles } from "../../../../../src/wamp/protocol/messages.ts";
import { FakeClock } from "../../../../../src/testing/fake-clock.ts";
import type { Authorizer } from "../../../../../src/wamp/router/authorization/authorizer.ts";
import { makeRealm, rolesWithout, TestSession } from "../../../../support/wamp-session.ts";

const TIMEOUT = "wamp.error.timeout";

interface Setting {
  readonly clock: FakeClock;
  readonly caller: TestSession;
  readonly callee: TestSession;
}

function setUp(
  { roles, authorizer }: { roles?: Roles; authorizer?: Authorizer } = {},
  options = {},
): Setting {
  const clock = new FakeClock();
  const realm = makeRealm({ clock }, authorizer);
  const callee = new TestSession(realm, {}, roles);
  callee.register("com.work", options);
  return { clock, callee, caller: new TestSession(realm) };
}

test("a call that takes too long fails, and the callee is interrupted", () => {
  const { clock, caller, callee } = setUp();
  caller.call("com.work", { timeout: 1000 });
  expect(callee.take()).toEqual([[68, 1, 1, {}]]);
  clock.advance(999);
  expect(caller.take()).toEqual([]);
  clock.advance(1);
  expect(caller.take()).toEqual([[8, 48, 1, {}, TIMEOUT]]);
  expect(callee.take()).toEqual([[69, 1, { mode: "killnowait", reason: TIMEOUT }]]);
  callee.send([70, 1, {}, ["late"]]);
  expect(caller.take()).toEqual([]);
  expect(clock.timers).toBe(0);
});

test("a callee that can't be interrupted isn't", () => {
  const { clock, caller, callee } = setUp({ roles: rolesWithout("callee", "call_canceling") });
  caller.call("com.work", { timeout: 1000 });
  callee.take();
  clock.advance(1000);
  expect(caller.take()).toEqual([[8, 48, 1, {}, TIMEOUT]]);
  expect(callee.take()).toEqual([]);
});

test.each([{}, { timeout: 0 }])("%j is no timeout", (options) => {
  const { clock, caller } = setUp();
  caller.call("com.work", options);
  expect(clock.timers).toBe(0);
});

test("no timer outlives its call", () => {
  const { clock, caller, callee } = setUp();
  for (let call = 1; call <= 4; call++) caller.call("com.work", { timeout: 1000 });
  expect(clock.timers).toBe(4);
  callee.send([70, 1, {}]);
  callee.send([8, 68, 2, {}, "com.error"]);
  caller.send([49, 3, {}]);
  expect(clock.timers).toBe(1);
  caller.leave();
  expect(clock.timers).toBe(0);
});

test("a call that can't be made leaves no timer", () => {
  const { clock, caller } = setUp();
  caller.call("com.nothing", { timeout: 1000 });
  expect(clock.timers).toBe(0);
});

test("each progressive result begins it anew", () => {
  const { clock, caller, callee } = setUp();
  caller.call("com.work", { timeout: 1000, receive_progress: true });
  for (let result = 0; result < 3; result++) {
    clock.advance(900);
    callee.send([70, 1, { progress: true }]);
  }
  expect(caller.take()).toHaveLength(3);
  clock.advance(999);
  expect(caller.take()).toEqual([]);
  clock.advance(1);
  expect(caller.take()).toEqual([[8, 48, 1, {}, TIMEOUT]]);
});

test("a callee that asked for it minds the time itself", () => {
  const { clock, caller, callee } = setUp({}, { forward_timeout: true });
  caller.call("com.work", { timeout: 1000, receive_progress: true });
  expect(callee.take()).toEqual([[68, 1, 1, { receive_progress: true, timeout: 1000 }]]);
  expect(clock.timers).toBe(0);
  clock.advance(2000);
  callee.send([70, 1, { progress: true }]);
  callee.send([8, 68, 1, {}, TIMEOUT]);
  expect(caller.take()).toEqual([
    [50, 1, { progress: true }],
    [8, 48, 1, {}, TIMEOUT],
  ]);
});

test("a callee that doesn't know timeouts can't mind them", () => {
  const roles = rolesWithout("callee", "call_timeout");
  const { clock, caller, callee } = setUp({ roles }, { forward_timeout: true });
  caller.call("com.work", { timeout: 1000 });
  expect(callee.take()).toEqual([[68, 1, 1, {}]]);
  expect(clock.timers).toBe(1);
});

test("a call that was killed is still timed, and its callee interrupted once", () => {
  const { clock, caller, callee } = setUp();
  caller.call("com.work", { timeout: 1000 });
  caller.send([49, 1, { mode: "kill" }]);
  callee.take();
  clock.advance(1000);
  expect(caller.take()).toEqual([[8, 48, 1, {}, TIMEOUT]]);
  expect(callee.take()).toEqual([]);
});

test("the time that an authorizer takes counts", () => {
  const { clock, caller, callee } = setUp({
    authorizer: {
      authorize: ({ action }) => (action === "call" ? new Promise(() => {}) : { allow: true }),
    },
  });
  caller.call("com.work", { timeout: 1000 });
  clock.advance(1000);
  expect(caller.take()).toEqual([[8, 48, 1, {}, TIMEOUT]]);
  expect(callee.take()).toEqual([]);
});
