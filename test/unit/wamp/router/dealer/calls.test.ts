import { expect, test } from "vitest";
import type { Authorizer } from "../../../../../src/wamp/router/authorization/authorizer.ts";
import type { Realm } from "../../../../../src/wamp/router/realm.ts";
import { makeRealm, rolesWithout, TestSession } from "../../../../support/wamp-session.ts";

const NO_SUCH_PROCEDURE = "wamp.error.no_such_procedure";

function pairOf(realm: Realm): { caller: TestSession; callee: TestSession } {
  return {
    caller: new TestSession(realm, { authid: "ann", authrole: "staff" }),
    callee: new TestSession(realm),
  };
}

test("a result, an error, and their payloads", () => {
  const { caller, callee } = pairOf(makeRealm());
  const id = callee.register("com.add");
  caller.send([48, 1, {}, "com.add", [2, 3], { round: true }]);
  expect(callee.take()).toEqual([[68, 1, id, {}, [2, 3], { round: true }]]);
  callee.send([70, 1, {}, [5], { exact: true }]);
  expect(caller.take()).toEqual([[50, 1, {}, [5], { exact: true }]]);
  caller.send([48, 2, {}, "com.add"]);
  expect(callee.take()).toEqual([[68, 2, id, {}]]);
  callee.send([8, 68, 2, {}, "com.error.no", ["because"], { n: 1 }]);
  expect(caller.take()).toEqual([[8, 48, 2, {}, "com.error.no", ["because"], { n: 1 }]]);
});

test("exact goes before the longest prefix, and that before the wildcard", () => {
  const { caller, callee } = pairOf(makeRealm());
  const ids = [
    callee.register("com.a.b.c"),
    callee.register("com.a.b", { match: "prefix" }),
    callee.register("com.a", { match: "prefix" }),
    callee.register("net..b.c", { match: "wildcard" }),
  ];
  const called = ["com.a.b.c", "com.a.b.d", "com.a.x", "net.x.b.c"];
  for (const procedure of called) caller.call(procedure);
  expect(callee.take()).toEqual([
    [68, 1, ids[0], {}],
    [68, 2, ids[1], { procedure: "com.a.b.d" }],
    [68, 3, ids[2], { procedure: "com.a.x" }],
    [68, 4, ids[3], { procedure: "net.x.b.c" }],
  ]);
  caller.call("org.x");
  expect(caller.take()).toEqual([[8, 48, 5, {}, NO_SUCH_PROCEDURE]]);
});

test("a prefix is one of strings, not of components", () => {
  const { caller, callee } = pairOf(makeRealm());
  const prefix = callee.register("a1.b2.c3", { match: "prefix" });
  callee.register("a1.b2.c33..e5", { match: "wildcard" });
  caller.call("a1.b2.c33.d4.e5");
  expect(callee.take()).toMatchObject([[68, 1, prefix, {}]]);
});

test("a procedure that is reserved for the router reaches nobody, whatever matches it", () => {
  const { caller, callee } = pairOf(makeRealm());
  callee.register("", { match: "prefix" });
  caller.call("wamp.session.no_such_thing");
  caller.call("wamp");
  expect(callee.take()).toEqual([]);
  expect(caller.take()).toEqual([
    [8, 48, 1, {}, NO_SUCH_PROCEDURE],
    [8, 48, 2, {}, NO_SUCH_PROCEDURE],
  ]);
});

test("what is no URI is not called", () => {
  const { caller } = pairOf(makeRealm());
  caller.call("com..add");
  expect(caller.take()).toEqual([[8, 48, 1, {}, "wamp.error.invalid_uri"]]);
});

test("an answer that comes late is dropped, and one to nothing is a violation", () => {
  const { caller, callee } = pairOf(makeRealm());
  callee.register("com.add");
  caller.call("com.add");
  callee.send([70, 1, {}]);
  callee.send([70, 1, {}]);
  callee.send([8, 68, 1, {}, "com.error"]);
  expect(caller.take()).toEqual([[50, 1, {}]]);
  callee.take();
  callee.send([70, 2, {}]);
  expect(callee.take()).toEqual([
    [3, { message: "there was no INVOCATION 2" }, "wamp.error.protocol_violation"],
  ]);
});

test("nobody answers for somebody else", () => {
  const realm = makeRealm();
  const { caller, callee } = pairOf(realm);
  callee.register("com.add");
  caller.call("com.add");
  const other = new TestSession(realm);
  other.send([70, 1, {}, ["forged"]]);
  expect(other.take()).toMatchObject([[3, {}, "wamp.error.protocol_violation"]]);
  expect(caller.take()).toEqual([]);
});

test("a session may call itself", () => {
  const { caller } = pairOf(makeRealm());
  const id = caller.register("com.add");
  const request = caller.call("com.add");
  expect(caller.take()).toEqual([[68, 1, id, {}]]);
  caller.send([70, 1, {}, [5]]);
  expect(caller.take()).toEqual([[50, request, {}, [5]]]);
});

const disclosed = { caller_authid: "ann", caller_authrole: "staff" };

test.each([
  { asked: undefined, registered: undefined, decided: undefined, expected: {} },
  { asked: true, registered: undefined, decided: undefined, expected: disclosed },
  { asked: false, registered: true, decided: undefined, expected: disclosed },
  { asked: undefined, registered: undefined, decided: true, expected: disclosed },
  { asked: undefined, registered: true, decided: false, expected: {} },
])("disclosure: %j", ({ asked, registered, decided, expected }) => {
  const authorizer: Authorizer = { authorize: () => ({ allow: true, disclose: decided }) };
  const { caller, callee } = pairOf(makeRealm({}, authorizer));
  const id = callee.register("com.add", registered === undefined ? {} : { disclose_caller: true });
  caller.call("com.add", asked === undefined ? {} : { disclose_me: asked });
  const details = expected === disclosed ? { caller: caller.id, ...disclosed } : {};
  expect(callee.take()).toEqual([[68, 1, id, details]]);
});

test("who may not be disclosed is told so", () => {
  const authorizer: Authorizer = { authorize: () => ({ allow: true, disclose: false }) };
  const { caller, callee } = pairOf(makeRealm({}, authorizer));
  callee.register("com.add");
  caller.call("com.add", { disclose_me: true });
  expect(caller.take()).toEqual([[8, 48, 1, {}, "wamp.error.option_disallowed.disclose_me"]]);
  expect(callee.take()).toEqual([]);
});

test("the trust level that was decided reaches the callee", () => {
  const authorizer: Authorizer = { authorize: () => ({ allow: true, trustlevel: 0 }) };
  const { caller, callee } = pairOf(makeRealm({}, authorizer));
  const id = callee.register("com.add");
  caller.call("com.add");
  expect(callee.take()).toEqual([[68, 1, id, { trustlevel: 0 }]]);
});

const passthru = { ppt_scheme: "x_test", ppt_serializer: "cbor", ppt_keyid: "key" };
const FEATURE = "payload_passthru_mode";
const NOT_SUPPORTED = "wamp.error.feature_not_supported";

test("attributes of payload passthru are passed on, and nothing else is", () => {
  const { caller, callee } = pairOf(makeRealm());
  const id = callee.register("com.add");
  caller.call("com.add", { ...passthru, _mine: 1 }, ["opaque"]);
  expect(callee.take()).toEqual([[68, 1, id, passthru, ["opaque"]]]);
  callee.send([70, 1, passthru, ["answer"]]);
  expect(caller.take()).toEqual([[50, 1, passthru, ["answer"]]]);
  caller.call("com.add");
  callee.take();
  callee.send([8, 68, 2, { ...passthru }, "com.error", ["answer"]]);
  expect(caller.take()).toEqual([[8, 48, 2, passthru, "com.error", ["answer"]]]);
});

test("progressive results are passed through too", () => {
  const { caller, callee } = pairOf(makeRealm());
  callee.register("com.add");
  caller.call("com.add", { receive_progress: true });
  callee.send([70, 1, { ...passthru, progress: true }, ["part"]]);
  expect(caller.take()).toEqual([[50, 1, { ...passthru, progress: true }, ["part"]]]);
});

test("a callee that doesn't know payload passthru doesn't get any", () => {
  const realm = makeRealm();
  const callee = new TestSession(realm, {}, rolesWithout("callee", FEATURE));
  const caller = new TestSession(realm);
  callee.register("com.add");
  caller.call("com.add", passthru, ["opaque"]);
  expect(caller.take()).toEqual([[8, 48, 1, {}, NOT_SUPPORTED]]);
  caller.call("wamp.registration.list", passthru, ["opaque"]);
  expect(caller.take()).toEqual([[8, 48, 2, {}, NOT_SUPPORTED]]);
});

test("a caller that doesn't know payload passthru gets an error instead", () => {
  const realm = makeRealm();
  const callee = new TestSession(realm);
  const caller = new TestSession(realm, {}, rolesWithout("caller", FEATURE));
  callee.register("com.add");
  for (let call = 1; call <= 3; call++) caller.call("com.add", { receive_progress: true });
  callee.take();
  callee.send([70, 1, passthru, ["answer"]]);
  callee.send([8, 68, 2, { ...passthru }, "com.error", ["answer"]]);
  callee.send([70, 3, { ...passthru, progress: true }, ["answer"]]);
  expect(caller.take()).toEqual([
    [8, 48, 1, {}, NOT_SUPPORTED],
    [8, 48, 2, {}, NOT_SUPPORTED],
    [8, 48, 3, {}, NOT_SUPPORTED],
  ]);
  expect(callee.take()).toEqual([[69, 3, { mode: "killnowait", reason: "wamp.error.canceled" }]]);
});

test("to use payload passthru without having announced it is a violation", () => {
  const realm = makeRealm();
  const callee = new TestSession(realm, {}, rolesWithout("callee", FEATURE));
  const caller = new TestSession(realm, {}, rolesWithout("caller", FEATURE));
  callee.register("com.add");
  const other = new TestSession(realm);
  other.call("com.add");
  callee.take();
  callee.send([70, 1, passthru, ["answer"]]);
  const violation = "payload_passthru_mode was not announced";
  expect(callee.take()).toEqual([
    [3, { message: `YIELD: ${violation}` }, "wamp.error.protocol_violation"],
  ]);
  expect(other.take()).toEqual([[8, 48, 1, {}, "wamp.error.canceled"]]);
  caller.call("com.add", passthru, ["opaque"]);
  expect(caller.take()).toEqual([
    [3, { message: `CALL: ${violation}` }, "wamp.error.protocol_violation"],
  ]);
});
