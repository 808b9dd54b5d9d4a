import { expect, test } from "vitest";
import type { Roles } from "../../../../../src/wamp/protocol/messages.ts";
import { makeRealm, rolesWithout, TestSession } from "../../../../support/wamp-session.ts";

const CANCELED = "wamp.error.canceled";

/** A call is under way. */
function setUp(roles?: Roles): { caller: TestSession; callee: TestSession } {
  const realm = makeRealm();
  const callee = new TestSession(realm, {}, roles);
  callee.register("com.work");
  const caller = new TestSession(realm);
  caller.call("com.work");
  callee.take();
  return { caller, callee };
}

test("skip: the caller has its error, and the callee hears nothing", () => {
  const { caller, callee } = setUp();
  caller.send([49, 1, { mode: "skip" }]);
  expect(caller.take()).toEqual([[8, 48, 1, {}, CANCELED]]);
  expect(callee.take()).toEqual([]);
  callee.send([70, 1, {}, ["late"]]);
  expect(caller.take()).toEqual([]);
});

test("killnowait: the caller has its error, and the callee is interrupted", () => {
  const { caller, callee } = setUp();
  caller.send([49, 1, { mode: "killnowait" }]);
  expect(caller.take()).toEqual([[8, 48, 1, {}, CANCELED]]);
  expect(callee.take()).toEqual([[69, 1, { mode: "killnowait", reason: CANCELED }]]);
  callee.send([8, 68, 1, {}, CANCELED]);
  expect(caller.take()).toEqual([]);
});

test.each([
  [
    [8, 68, 1, {}, "com.error", ["stopped"]],
    [8, 48, 1, {}, "com.error", ["stopped"]],
  ],
  [
    [70, 1, {}, ["done"]],
    [50, 1, {}, ["done"]],
  ],
] as const)(
  "kill: the callee is interrupted, and its answer is the outcome: %j",
  (answer, outcome) => {
    const { caller, callee } = setUp();
    caller.send([49, 1, { mode: "kill" }]);
    expect(caller.take()).toEqual([]);
    expect(callee.take()).toEqual([[69, 1, { mode: "kill", reason: CANCELED }]]);
    callee.send(answer);
    expect(caller.take()).toEqual([outcome]);
  },
);

test("no mode is killnowait", () => {
  const { caller, callee } = setUp();
  caller.send([49, 1, {}]);
  expect(caller.take()).toEqual([[8, 48, 1, {}, CANCELED]]);
  expect(callee.take()).toEqual([[69, 1, { mode: "killnowait", reason: CANCELED }]]);
});

test("a mode that nobody knows cancels nothing", () => {
  const { caller, callee } = setUp();
  caller.send([49, 1, { mode: "gently" as "kill" }]);
  expect(caller.take()).toEqual([[8, 49, 1, {}, "wamp.error.invalid_argument"]]);
  expect(callee.take()).toEqual([]);
  callee.send([70, 1, {}]);
  expect(caller.take()).toEqual([[50, 1, {}]]);
});

test.each(["skip", "kill", "killnowait"] as const)(
  "%s is skip for a callee that can't be interrupted",
  (mode) => {
    const { caller, callee } = setUp(rolesWithout("callee", "call_canceling"));
    caller.send([49, 1, { mode }]);
    expect(caller.take()).toEqual([[8, 48, 1, {}, CANCELED]]);
    expect(callee.take()).toEqual([]);
  },
);

test("what was canceled is not canceled again", () => {
  const { caller, callee } = setUp();
  caller.send([49, 1, { mode: "kill" }]);
  callee.take();
  for (const mode of ["kill", "killnowait", "skip"] as const) caller.send([49, 1, { mode }]);
  expect([caller.take(), callee.take()]).toEqual([[], []]);
  callee.send([8, 68, 1, {}, CANCELED]);
  caller.send([49, 1, {}]);
  expect(caller.take()).toEqual([[8, 48, 1, {}, CANCELED]]);
});

test("a call that nobody made is not canceled, nor that of somebody else", () => {
  const realm = makeRealm();
  const [callee, caller, other] = [
    new TestSession(realm),
    new TestSession(realm),
    new TestSession(realm),
  ];
  callee.register("com.work");
  caller.call("com.work");
  callee.take();
  other.send([49, 1, {}]);
  caller.send([49, 7, {}]);
  expect([caller.take(), other.take(), callee.take()]).toEqual([[], [], []]);
  callee.send([70, 1, {}]);
  expect(caller.take()).toEqual([[50, 1, {}]]);
});
