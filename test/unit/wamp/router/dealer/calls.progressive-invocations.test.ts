import { expect, test } from "vitest";
import type { Decision } from "../../../../../src/wamp/router/authorization/authorizer.ts";
import { makeRealm, rolesWithout, TestSession } from "../../../../support/wamp-session.ts";
import { settled } from "../../../../support/wamp-peer.ts";

const NOT_SUPPORTED = "wamp.error.feature_not_supported";

function setUp(): { caller: TestSession; callee: TestSession; id: number } {
  const realm = makeRealm();
  const callee = new TestSession(realm);
  return { caller: new TestSession(realm), callee, id: callee.register("com.store") };
}

test("chunks have one id, and the last one is not progressive", () => {
  const { caller, callee, id } = setUp();
  caller.call("com.store", { progress: true }, [1]);
  caller.call("com.store", { progress: true }, ["another"]);
  caller.send([48, 1, { progress: true }, "com.store", [2]]);
  caller.send([48, 1, {}, "com.store", [3]]);
  expect(callee.take()).toEqual([
    [68, 1, id, { progress: true }, [1]],
    [68, 2, id, { progress: true }, ["another"]],
    [68, 1, id, { progress: true }, [2]],
    [68, 1, id, {}, [3]],
  ]);
  callee.send([70, 1, {}, ["stored"]]);
  expect(caller.take()).toEqual([[50, 1, {}, ["stored"]]]);
});

test("the options of the first CALL hold for all, and those of later ones for none", () => {
  const { caller, callee, id } = setUp();
  caller.call("com.store", { progress: true, receive_progress: true, disclose_me: true });
  caller.send([48, 1, { progress: true, ppt_scheme: "x_test" }, "com.store", [2]]);
  caller.send([48, 1, { receive_progress: false }, "com.store"]);
  const { id: session } = caller;
  const details = {
    receive_progress: true,
    caller: session,
    caller_authid: "joe",
    caller_authrole: "user",
  };
  expect(callee.take()).toEqual([
    [68, 1, id, { ...details, progress: true }],
    [68, 1, id, { ...details, progress: true }, [2]],
    [68, 1, id, details],
  ]);
});

test("both directions may be progressive", () => {
  const { caller, callee } = setUp();
  caller.call("com.store", { progress: true, receive_progress: true }, [1]);
  callee.send([70, 1, { progress: true }, ["one"]]);
  caller.send([48, 1, {}, "com.store", [2]]);
  callee.send([70, 1, { progress: true }, ["two"]]);
  callee.send([70, 1, {}]);
  expect(caller.take()).toEqual([
    [50, 1, { progress: true }, ["one"]],
    [50, 1, { progress: true }, ["two"]],
    [50, 1, {}],
  ]);
});

test("all chunks go to the callee that got the first one, even when it is no callee any more", () => {
  const realm = makeRealm();
  const [first, second] = [new TestSession(realm), new TestSession(realm)];
  const id = first.register("com.store", { invoke: "roundrobin" });
  second.register("com.store", { invoke: "roundrobin" });
  const caller = new TestSession(realm);
  caller.call("com.store", { progress: true });
  first.send([66, first.next(), id]);
  caller.send([48, 1, { progress: true }, "com.store", [2]]);
  caller.send([48, 1, {}, "com.store", [3]]);
  expect(second.take()).toEqual([]);
  expect(first.take()).toEqual([
    [68, 1, id, { progress: true }],
    [67, 2],
    [68, 1, id, { progress: true }, [2]],
    [68, 1, id, {}, [3]],
  ]);
});

test("more of a call that is over is dropped without a word", () => {
  const { caller, callee } = setUp();
  caller.call("com.store", { progress: true });
  callee.send([8, 68, 1, {}, "com.error.full"]);
  caller.take();
  callee.take();
  caller.send([48, 1, { progress: true }, "com.store", [2]]);
  caller.send([48, 1, {}, "com.store", [3]]);
  expect(callee.take()).toEqual([]);
  expect(caller.take()).toEqual([]);
});

test("more of a call that is being canceled is dropped", () => {
  const { caller, callee } = setUp();
  caller.call("com.store", { progress: true });
  callee.take();
  caller.send([49, 1, { mode: "kill" }]);
  caller.send([48, 1, { progress: true }, "com.store", [2]]);
  caller.send([48, 1, {}, "com.store", [3]]);
  expect(callee.take()).toEqual([[69, 1, { mode: "kill", reason: "wamp.error.canceled" }]]);
  callee.send([8, 68, 1, {}, "wamp.error.canceled"]);
  expect(caller.take()).toEqual([[8, 48, 1, {}, "wamp.error.canceled"]]);
});

test.each([{}, { progress: true }])(
  "more of a call that is not progressive is a violation",
  (options) => {
    const { caller } = setUp();
    caller.call("com.store");
    caller.send([48, 1, options, "com.store"]);
    expect(caller.take()).toEqual([
      [3, { message: "CALL 1 is not progressive" }, "wamp.error.protocol_violation"],
    ]);
  },
);

test("nothing comes after the last chunk", () => {
  const { caller } = setUp();
  caller.call("com.store", { progress: true });
  caller.send([48, 1, {}, "com.store"]);
  caller.send([48, 1, {}, "com.store"]);
  expect(caller.take()).toMatchObject([[3, {}, "wamp.error.protocol_violation"]]);
});

test("an id beyond the next one is a violation", () => {
  const { caller } = setUp();
  caller.send([48, 2, { progress: true }, "com.store"]);
  expect(caller.take()).toEqual([
    [3, { message: "request 2 comes after 0" }, "wamp.error.protocol_violation"],
  ]);
});

test("a caller that has not announced it may not do it", () => {
  const realm = makeRealm();
  const caller = new TestSession(realm, {}, rolesWithout("caller", "progressive_call_invocations"));
  caller.call("com.store", { progress: true });
  expect(caller.take()).toEqual([
    [
      3,
      { message: "CALL: progressive_call_invocations was not announced" },
      "wamp.error.protocol_violation",
    ],
  ]);
});

test("a caller that has not announced it uses no id twice", () => {
  const realm = makeRealm();
  const caller = new TestSession(realm, {}, rolesWithout("caller", "progressive_call_invocations"));
  caller.call("com.store");
  caller.take();
  caller.send([48, 1, {}, "com.store"]);
  expect(caller.take()).toEqual([
    [3, { message: "request 1 comes after 1" }, "wamp.error.protocol_violation"],
  ]);
});

test("where ids may be any, that of an open call is used once", () => {
  const realm = makeRealm({ requestIds: "any" });
  const callee = new TestSession(realm);
  callee.register("com.store");
  const caller = new TestSession(realm, {}, rolesWithout("caller", "progressive_call_invocations"));
  caller.send([48, 7, {}, "com.store"]);
  callee.send([70, 1, {}]);
  caller.send([48, 7, {}, "com.store"]);
  expect(caller.take()).toEqual([[50, 7, {}]]);
  caller.send([48, 7, {}, "com.store"]);
  expect(caller.take()).toEqual([
    [3, { message: "CALL 7 is not answered yet" }, "wamp.error.protocol_violation"],
  ]);
});

test.each(["progressive_call_invocations", "call_canceling"])(
  "a callee without %s is not called progressively",
  (feature) => {
    const realm = makeRealm();
    const callee = new TestSession(realm, {}, rolesWithout("callee", feature));
    callee.register("com.store");
    const caller = new TestSession(realm);
    caller.call("com.store", { progress: true });
    caller.send([48, 1, {}, "com.store", [2]]);
    expect(caller.take()).toEqual([[8, 48, 1, {}, NOT_SUPPORTED]]);
    expect(callee.take()).toEqual([]);
  },
);

test("the router's own procedures are not called progressively", () => {
  const { caller } = setUp();
  caller.call("wamp.registration.list", { progress: true });
  expect(caller.take()).toEqual([[8, 48, 1, {}, NOT_SUPPORTED]]);
});

test("chunks that come while the first one is being authorized wait for that", async () => {
  let decide: (decision: Decision) => void = () => {};
  const realm = makeRealm(
    {},
    {
      authorize: ({ action }) =>
        action === "call" ? new Promise((resolve) => (decide = resolve)) : { allow: true },
    },
  );
  const [callee, caller] = [new TestSession(realm), new TestSession(realm)];
  const id = callee.register("com.store");
  caller.call("com.store", { progress: true }, [1]);
  caller.send([48, 1, { progress: true }, "com.store", [2]]);
  caller.send([48, 1, {}, "com.store", [3]]);
  expect(callee.take()).toEqual([]);
  decide({ allow: true });
  await settled();
  expect(callee.take()).toEqual([
    [68, 1, id, { progress: true }, [1]],
    [68, 1, id, { progress: true }, [2]],
    [68, 1, id, {}, [3]],
  ]);
  caller.call("com.store", { progress: true }, [1]);
  caller.send([48, 2, {}, "com.store", [2]]);
  decide({ allow: false });
  await settled();
  expect(caller.take()).toEqual([[8, 48, 2, {}, "wamp.error.not_authorized"]]);
  expect(callee.take()).toEqual([]);
});
