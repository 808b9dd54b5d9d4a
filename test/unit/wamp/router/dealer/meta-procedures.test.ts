import { expect, test } from "vitest";
import type { Message } from "../../../../../src/wamp/protocol/messages.ts";
import { FakeClock } from "../../../../../src/testing/fake-clock.ts";
import { WampError } from "../../../../../src/wamp/protocol/errors.ts";
import type { MetaResult } from "../../../../../src/wamp/router/meta/meta-procedure.ts";
import { Deferred } from "../../../../../src/util/deferred.ts";
import { settled } from "../../../../support/wamp-peer.ts";
import { makeRealm, rolesWithout, TestSession } from "../../../../support/wamp-session.ts";

const INVALID_ARGUMENT = "wamp.error.invalid_argument";
const PREFIX = "wamp.registration.";

function setUp(): {
  caller: TestSession;
  callee: TestSession;
  ask: (name: string, ...args: unknown[]) => unknown;
} {
  const realm = makeRealm();
  const caller = new TestSession(realm);
  return {
    callee: new TestSession(realm),
    caller,
    /** The first value of the result, or the URI of the error. */
    ask: (name, ...args) => {
      caller.call(PREFIX + name, {}, args);
      const [answer] = caller.take() as [Message];
      return answer[0] === 50 ? answer[3]?.[0] : answer[4];
    },
  };
}

test("list: ids by match policy", () => {
  const { callee, ask } = setUp();
  expect(ask("list")).toEqual({ exact: [], prefix: [], wildcard: [] });
  callee.register("com.a");
  callee.register("com.a", { match: "prefix" });
  callee.register("com..a", { match: "wildcard" });
  callee.register("com.b");
  expect(ask("list")).toEqual({ exact: [1, 4], prefix: [2], wildcard: [3] });
});

test("lookup: exactly that pattern", () => {
  const { callee, ask } = setUp();
  callee.register("com.a", { match: "prefix" });
  expect(ask("lookup", "com.a")).toBeNull();
  expect(ask("lookup", "com.a", {})).toBeNull();
  expect(ask("lookup", "com.a", { match: "prefix" })).toBe(1);
  expect(ask("lookup", "com.a.b", { match: "prefix" })).toBeNull();
  expect(ask("lookup", "__proto__")).toBeNull();
  expect(ask("lookup", "com.a", { match: "regex" })).toBe(INVALID_ARGUMENT);
  expect(ask("lookup", "com.a", "prefix")).toBe(INVALID_ARGUMENT);
  expect(ask("lookup", 7)).toBe(INVALID_ARGUMENT);
  expect(ask("lookup")).toBe(INVALID_ARGUMENT);
});

test("match: what a call would go to", () => {
  const { callee, ask } = setUp();
  callee.register("com", { match: "prefix" });
  callee.register("com.a");
  expect(ask("match", "com.a")).toBe(2);
  expect(ask("match", "com.b")).toBe(1);
  expect(ask("match", "org.b")).toBeNull();
  expect(ask("match")).toBe(INVALID_ARGUMENT);
});

test("the router's own procedures have no registration", () => {
  const { callee, ask } = setUp();
  callee.register("", { match: "prefix" });
  expect(ask("match", "wamp.registration.list")).toBeNull();
  expect(ask("lookup", "wamp.registration.list")).toBeNull();
});

test("get, list_callees and count_callees", () => {
  const { callee, caller, ask } = setUp();
  callee.register("com.a", { match: "wildcard", invoke: "last" });
  caller.register("com.a", { match: "wildcard", invoke: "last" });
  expect(ask("get", 1)).toEqual({
    id: 1,
    created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    uri: "com.a",
    match: "wildcard",
    invoke: "last",
  });
  expect(ask("list_callees", 1)).toEqual([callee.id, caller.id]);
  expect(ask("count_callees", 1)).toBe(2);
  callee.leave();
  expect(ask("list_callees", 1)).toEqual([caller.id]);
  expect(ask("count_callees", 1)).toBe(1);
  caller.send([66, caller.next(), 1]);
  caller.take();
  expect(ask("get", 1)).toBe("wamp.error.no_such_registration");
});

test.each(["get", "list_callees", "count_callees", "remove_callee"])(
  "%s of what is no registration",
  (name) => {
    const { ask } = setUp();
    expect(ask(name, 7)).toBe("wamp.error.no_such_registration");
    expect(ask(name, "7")).toBe(INVALID_ARGUMENT);
    expect(ask(name)).toBe(INVALID_ARGUMENT);
  },
);

test("remove_callee takes a registration away", () => {
  const { callee, caller, ask } = setUp();
  callee.register("com.a", { invoke: "first" });
  expect(ask("remove_callee", 1, caller.id)).toBe("wamp.error.no_such_session");
  expect(ask("remove_callee", 1, 7)).toBe("wamp.error.no_such_session");
  expect(ask("remove_callee", 1)).toBe(INVALID_ARGUMENT);
  expect(ask("remove_callee", 1, callee.id, 7)).toBe(INVALID_ARGUMENT);
  expect(callee.take()).toEqual([]);
  expect(ask("remove_callee", 1, callee.id, "moved")).toBeUndefined();
  expect(callee.take()).toEqual([[67, 0, { registration: 1, reason: "moved" }]]);
  caller.call("com.a");
  expect(caller.take()).toMatchObject([[8, 48, {}, {}, "wamp.error.no_such_procedure"]]);
  callee.register("com.a");
  ask("remove_callee", 2, callee.id);
  expect(callee.take()).toEqual([[67, 0, { registration: 2 }]]);
});

test("remove_callee of one that doesn't know revocation: it isn't told", () => {
  const realm = makeRealm();
  const caller = new TestSession(realm);
  const callee = new TestSession(realm, {}, rolesWithout("callee", "registration_revocation"));
  callee.register("com.a");
  caller.call(`${PREFIX}remove_callee`, {}, [1, callee.id]);
  expect(caller.take()).toEqual([[50, 1, {}]]);
  expect(callee.take()).toEqual([]);
  expect(callee.session.registrations.size).toBe(0);
});

/** A realm with a procedure of its own that takes its time. */
function setUpSlow(): {
  caller: TestSession;
  clock: FakeClock;
  answers: Deferred<MetaResult>[];
  logged: unknown[];
} {
  const answers: Deferred<MetaResult>[] = [];
  const logged: unknown[] = [];
  const log = (...data: unknown[]): void => void logged.push(data[1]);
  const clock = new FakeClock();
  const realm = makeRealm({ clock, maxCalls: 2, logger: { error: log, warn: log } });
  realm.procedures.set("wamp.test.slow", () => {
    const answer = new Deferred<MetaResult>();
    answers.push(answer);
    return answer.promise;
  });
  return { caller: new TestSession(realm), clock, answers, logged };
}

test("a procedure of the router's own may take its time, and others don't wait for it", async () => {
  const { caller, answers } = setUpSlow();
  caller.call("wamp.test.slow");
  caller.call(`${PREFIX}count_callees`, {}, [1]);
  expect(caller.take()).toMatchObject([[8, 48, 2, {}, "wamp.error.no_such_registration"]]);
  answers[0]?.resolve({ args: [1], kwargs: { n: 2 } });
  await settled();
  expect(caller.take()).toEqual([[50, 1, {}, [1], { n: 2 }]]);
  expect(caller.session.calls.size).toBe(0);
});

test("what such a procedure throws is the answer, or logged", async () => {
  const { caller, answers, logged } = setUpSlow();
  caller.call("wamp.test.slow");
  caller.call("wamp.test.slow");
  answers[0]?.reject(new WampError("com.error", [1]));
  await settled();
  expect(caller.take()).toEqual([[8, 48, 1, {}, "com.error", [1]]]);
  const bug = new Error("bug");
  answers[1]?.reject(bug);
  await settled();
  expect(caller.take()).toEqual([[8, 48, 2, {}, "wamp.error.runtime_error"]]);
  expect(logged).toEqual([bug]);
});

test.each([
  ["cancel", true],
  ["cancel", false],
  ["timeout", true],
  ["timeout", false],
  ["leave", true],
  ["leave", false],
] as const)(
  "%s ends such a call, and its answer is dropped (a result: %s)",
  async (end, answered) => {
    const { caller, answers, clock } = setUpSlow();
    caller.call("wamp.test.slow", { timeout: 1000 });
    if (end === "cancel") caller.send([49, 1, { mode: "kill" }]);
    else if (end === "timeout") clock.advance(1000);
    else caller.leave();
    const outcome = {
      cancel: "wamp.error.canceled",
      timeout: "wamp.error.timeout",
      leave: undefined,
    }[end];
    expect(caller.take()).toEqual(outcome === undefined ? [] : [[8, 48, 1, {}, outcome]]);
    if (answered) answers[0]?.resolve({});
    else answers[0]?.reject(new WampError("com.error"));
    await settled();
    expect(caller.take()).toEqual([]);
    expect(caller.session.calls.size + clock.timers).toBe(0);
  },
);

test("such calls count", () => {
  const { caller } = setUpSlow();
  for (let call = 1; call <= 3; call++) caller.call("wamp.test.slow");
  expect(caller.take()).toMatchObject([[8, 48, 3, {}, "fullduplex.error.limit_exceeded", {}]]);
});
