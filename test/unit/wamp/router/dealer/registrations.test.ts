import { expect, test } from "vitest";
import type { RouterOptions } from "../../../../../src/wamp/router/options.ts";
import { makeRealm, rolesWithout, TestSession } from "../../../../support/wamp-session.ts";

const ALREADY_EXISTS = "wamp.error.procedure_already_exists";
const REPLACED = "replaced by another callee";

function setUp(options: RouterOptions = {}): [TestSession, TestSession, TestSession] {
  const realm = makeRealm(options);
  return [new TestSession(realm), new TestSession(realm), new TestSession(realm)];
}

test("a procedure belongs to one callee", () => {
  const [first, second] = setUp();
  first.register("com.add");
  second.send([64, 1, {}, "com.add"]);
  expect(second.take()).toEqual([[8, 64, 1, {}, ALREADY_EXISTS]]);
  first.send([64, 2, {}, "com.add"]);
  expect(first.take()).toEqual([[8, 64, 2, {}, ALREADY_EXISTS]]);
});

test("the same URI with another match policy is another registration", () => {
  const [first, second] = setUp();
  const ids = [
    first.register("com.add"),
    second.register("com.add", { match: "prefix" }),
    second.register("com.add", { match: "wildcard" }),
  ];
  expect(new Set(ids).size).toBe(3);
});

test.each(["wamp.my.procedure", "wamp", "com..add", "com.a b", ""])(
  "%j can't be registered",
  (uri) => {
    const [callee] = setUp();
    callee.send([64, 1, {}, uri]);
    expect(callee.take()).toEqual([[8, 64, 1, {}, "wamp.error.invalid_uri"]]);
  },
);

test("UNREGISTER ends it: the next call finds nothing", () => {
  const [callee, caller] = setUp();
  const registration = callee.register("com.add");
  callee.send([66, 2, registration]);
  expect(callee.take()).toEqual([[67, 2]]);
  caller.call("com.add");
  expect(caller.take()).toEqual([[8, 48, 1, {}, "wamp.error.no_such_procedure"]]);
  callee.send([66, 3, registration]);
  expect(callee.take()).toEqual([[8, 66, 3, {}, "wamp.error.no_such_registration"]]);
});

test("nobody unregisters for somebody else", () => {
  const [callee, other, caller] = setUp();
  const registration = callee.register("com.add");
  other.send([66, 1, registration]);
  expect(other.take()).toEqual([[8, 66, 1, {}, "wamp.error.no_such_registration"]]);
  caller.call("com.add");
  expect(callee.take()).toEqual([[68, 1, registration, {}]]);
});

test("a call that was under way when its callee unregistered is still answered", () => {
  const [callee, caller] = setUp();
  const registration = callee.register("com.add");
  caller.call("com.add");
  callee.send([66, 2, registration]);
  callee.send([70, 1, {}, [5]]);
  expect(caller.take()).toEqual([[50, 1, {}, [5]]]);
});

test("callees of a shared registration have one id, and one policy", () => {
  const [first, second] = setUp();
  const id = first.register("com.add", { invoke: "roundrobin" });
  expect(second.register("com.add", { invoke: "roundrobin" })).toBe(id);
  for (const options of [{ invoke: "random" }, { invoke: "single" }, {}] as const) {
    const request = second.next();
    second.send([64, request, options, "com.add"]);
    expect(second.take()).toEqual([[8, 64, request, {}, ALREADY_EXISTS]]);
  }
});

test("who registers once more for a shared procedure keeps the id, and is called once", () => {
  const [callee, caller] = setUp();
  const id = callee.register("com.add", { invoke: "first", concurrency: 1 });
  expect(callee.register("com.add", { invoke: "first", concurrency: 2 })).toBe(id);
  caller.call("com.add");
  caller.call("com.add");
  expect(callee.take()).toEqual([
    [68, 1, id, {}],
    [68, 2, id, {}],
  ]);
  callee.send([66, callee.next(), id]);
  callee.take();
  caller.call("com.add");
  expect(caller.take()).toEqual([[8, 48, 3, {}, "wamp.error.no_such_procedure"]]);
});

test("force_reregister takes a procedure from an earlier session of the same principal", () => {
  const [old, callee, caller] = setUp();
  const before = old.register("com.add");
  const after = callee.register("com.add", { force_reregister: true });
  expect(after).not.toBe(before);
  expect(old.take()).toEqual([[67, 0, { registration: before, reason: REPLACED }]]);
  caller.call("com.add");
  expect(callee.take()).toEqual([[68, 1, after, {}]]);
  expect(old.take()).toEqual([]);
});

test("force_reregister takes a shared procedure from all, and may change its policy", () => {
  const [first, second, callee] = setUp();
  const before = first.register("com.add", { invoke: "first" });
  second.register("com.add", { invoke: "first" });
  callee.register("com.add", { force_reregister: true, invoke: "last" });
  const revoked = [[67, 0, { registration: before, reason: REPLACED }]];
  expect([first.take(), second.take()]).toEqual([revoked, revoked]);
});

test("who doesn't know revocation is not told of it", () => {
  const realm = makeRealm();
  const old = new TestSession(realm, {}, rolesWithout("callee", "registration_revocation"));
  old.register("com.add");
  new TestSession(realm).register("com.add", { force_reregister: true });
  expect(old.take()).toEqual([]);
});

test.each([{ authid: "eve" }, { authrole: "admin" }])(
  "force_reregister takes nothing from another principal: %j",
  (identity) => {
    const realm = makeRealm();
    const [owner, caller] = [new TestSession(realm), new TestSession(realm)];
    const id = owner.register("com.add", { invoke: "first" });
    const other = new TestSession(realm, identity);
    other.send([64, 1, { force_reregister: true, invoke: "first" }, "com.add"]);
    expect(other.take()).toEqual([[8, 64, 1, {}, "wamp.error.not_authorized"]]);
    caller.call("com.add");
    expect(owner.take()).toEqual([[68, 1, id, {}]]);
  },
);

test("force_reregister of a procedure that nobody has is a REGISTER", () => {
  const [callee] = setUp();
  expect(callee.register("com.add", { force_reregister: true })).toBe(1);
});

test("calls that were under way with a callee that was replaced are answered by it", () => {
  const [old, callee, caller] = setUp();
  old.register("com.add");
  caller.call("com.add");
  callee.register("com.add", { force_reregister: true });
  old.send([70, 1, {}, [5]]);
  expect(caller.take()).toEqual([[50, 1, {}, [5]]]);
});

test("a session has at most maxRegistrations", () => {
  const [callee] = setUp({ maxRegistrations: 1 });
  const id = callee.register("com.a", { invoke: "first" });
  callee.send([64, callee.next(), {}, "com.b"]);
  const text = "a session has at most 1 registrations";
  expect(callee.take()).toEqual([[8, 64, 2, {}, "fullduplex.error.limit_exceeded", [text]]]);
  expect(callee.register("com.a", { invoke: "first" })).toBe(id);
  callee.send([66, callee.next(), id]);
  callee.take();
  expect(callee.register("com.b")).toBe(2);
});

test("names of the language's own are procedures like others", () => {
  const [callee, caller] = setUp();
  for (const [index, name] of ["__proto__", "constructor", "toString"].entries()) {
    caller.call(name);
    expect(caller.take()).toMatchObject([[8, 48, {}, {}, "wamp.error.no_such_procedure"]]);
    const id = callee.register(name);
    caller.call(name);
    expect(callee.take()).toEqual([[68, index + 1, id, {}]]);
  }
});
