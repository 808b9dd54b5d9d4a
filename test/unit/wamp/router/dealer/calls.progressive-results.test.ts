import { expect, test } from "vitest";
import type { Roles } from "../../../../../src/wamp/protocol/messages.ts";
import { makeRealm, rolesWithout, TestSession } from "../../../../support/wamp-session.ts";

function setUp(roles?: Roles): { caller: TestSession; callee: TestSession; id: number } {
  const realm = makeRealm();
  const callee = new TestSession(realm, {}, roles);
  return { caller: new TestSession(realm), callee, id: callee.register("com.load") };
}

test("progressive results come in order, and the last one ends the call", () => {
  const { caller, callee, id } = setUp();
  caller.call("com.load", { receive_progress: true });
  expect(callee.take()).toEqual([[68, 1, id, { receive_progress: true }]]);
  callee.send([70, 1, { progress: true }, [1]]);
  callee.send([70, 1, { progress: true }, [], { n: 2 }]);
  callee.send([70, 1, { progress: true }]);
  callee.send([70, 1, { progress: false }, [3]]);
  callee.send([70, 1, { progress: true }, ["late"]]);
  expect(caller.take()).toEqual([
    [50, 1, { progress: true }, [1]],
    [50, 1, { progress: true }, [], { n: 2 }],
    [50, 1, { progress: true }],
    [50, 1, {}, [3]],
  ]);
});

test("an error ends progressive results", () => {
  const { caller, callee } = setUp();
  caller.call("com.load", { receive_progress: true });
  callee.send([70, 1, { progress: true }, [1]]);
  callee.send([8, 68, 1, {}, "com.error"]);
  callee.send([70, 1, { progress: true }, [2]]);
  expect(caller.take()).toEqual([
    [50, 1, { progress: true }, [1]],
    [8, 48, 1, {}, "com.error"],
  ]);
});

test("progress that nobody asked for is dropped", () => {
  const { caller, callee, id } = setUp();
  caller.call("com.load");
  expect(callee.take()).toEqual([[68, 1, id, {}]]);
  callee.send([70, 1, { progress: true }, [1]]);
  expect(caller.take()).toEqual([]);
  callee.send([70, 1, {}, [2]]);
  expect(caller.take()).toEqual([[50, 1, {}, [2]]]);
});

test.each(["progressive_call_results", "call_canceling"])(
  "a callee without %s is not asked for progress",
  (feature) => {
    const { caller, callee, id } = setUp(rolesWithout("callee", feature));
    caller.call("com.load", { receive_progress: true });
    expect(callee.take()).toEqual([[68, 1, id, {}]]);
    callee.send([70, 1, { progress: true }, [1]]);
    callee.send([70, 1, {}, [2]]);
    expect(caller.take()).toEqual([[50, 1, {}, [2]]]);
  },
);
