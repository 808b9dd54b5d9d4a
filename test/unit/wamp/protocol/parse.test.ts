import { expect, test } from "vitest";
import { Violation } from "../../../../src/wamp/protocol/errors.ts";
import { messageName, parseMessage } from "../../../../src/wamp/protocol/parse.ts";

const MAX = 2 ** 53;
const client = { roles: { caller: {} } };
const router = { roles: { dealer: { features: { call_timeout: true } } } };

/** One of each, as the specification lays it out, with all that may follow. */
const valid: readonly (readonly [name: string, message: readonly unknown[]])[] = [
  ["HELLO", [1, "realm1", client]],
  ["WELCOME", [2, MAX, router]],
  ["ABORT", [3, { message: "no" }, "wamp.error.no_such_realm"]],
  ["ABORT", [3, {}, "wamp.error.no_such_realm", ["a"], { b: 1 }]],
  ["CHALLENGE", [4, "ticket", {}]],
  ["AUTHENTICATE", [5, "secret", {}]],
  ["GOODBYE", [6, { message: "bye" }, "wamp.close.normal"]],
  ["ERROR", [8, 48, 1, {}, "com.error", ["a"], { b: 1 }]],
  ["PUBLISH", [16, 1, {}, "com.topic", ["a"], { b: 1 }]],
  ["PUBLISHED", [17, 1, MAX]],
  ["SUBSCRIBE", [32, 1, {}, "com.topic"]],
  ["SUBSCRIBED", [33, 1, 2]],
  ["UNSUBSCRIBE", [34, 1, 2]],
  ["UNSUBSCRIBE", [34, 1, 2, { forward_for: [] }]],
  ["UNSUBSCRIBED", [35, 1]],
  ["UNSUBSCRIBED", [35, 0, { subscription: 2, reason: "com.gone" }]],
  ["EVENT", [36, 1, MAX, {}, ["a"], { b: 1 }]],
  ["CALL", [48, 1, {}, "com.add", [], { b: 1 }]],
  ["CANCEL", [49, 1, {}]],
  ["RESULT", [50, 1, {}, ["a"]]],
  ["REGISTER", [64, 1, {}, "com.add"]],
  ["REGISTERED", [65, 1, 2]],
  ["UNREGISTER", [66, 1, 2]],
  ["UNREGISTERED", [67, 1]],
  ["UNREGISTERED", [67, 0, { registration: 2 }]],
  ["INVOCATION", [68, 1, 2, {}, ["a"], { b: 1 }]],
  ["INTERRUPT", [69, 1, {}]],
  ["YIELD", [70, 1, {}, ["a"], { b: 1 }]],
];

function refusal(message: unknown): string {
  try {
    parseMessage(message);
  } catch (error) {
    if (error instanceof Violation) return error.message;
    throw error;
  }
  return "accepted";
}

test.each(valid)("%s is the list that came", (name, message) => {
  expect(parseMessage(message)).toBe(message);
  expect(messageName(message[0] as number)).toBe(name);
});

test.each(valid)("%s: each field has its type, and none is missing", (name, message) => {
  for (let index = 1; index < message.length; index++) {
    for (const wrong of [undefined, true, 1.5, -1, 0n, new Uint8Array(1)]) {
      expect(refusal(message.with(index, wrong)), `${name} ${index}`).toContain(name);
    }
    for (const other of [null, 7, "text", [], {}]) {
      const isSame = kind(other) === kind(message[index]);
      const isNull = other === null && ["EVENT", "RESULT", "INVOCATION", "ERROR"].includes(name);
      if (isSame || (isNull && index >= message.length - 2)) continue;
      expect(refusal(message.with(index, other)), `${name} ${index}`).toContain(name);
    }
  }
  expect(refusal([...message, {}, {}, {}])).toBe(`${name} is too long`);
});

test.each([
  ["HELLO", [1, "realm1"]],
  ["WELCOME", [2, 1]],
  ["ABORT", [3, {}]],
  ["CHALLENGE", [4, "ticket"]],
  ["AUTHENTICATE", [5, "secret"]],
  ["GOODBYE", [6, {}]],
  ["ERROR", [8, 48, 1, {}]],
  ["PUBLISH", [16, 1, {}]],
  ["PUBLISHED", [17, 1]],
  ["SUBSCRIBE", [32, 1, {}]],
  ["SUBSCRIBED", [33, 1]],
  ["UNSUBSCRIBE", [34, 1]],
  ["UNSUBSCRIBED", [35]],
  ["EVENT", [36, 1, 2]],
  ["CALL", [48, 1, {}]],
  ["CANCEL", [49, 1]],
  ["RESULT", [50, 1]],
  ["REGISTER", [64, 1, {}]],
  ["REGISTERED", [65, 1]],
  ["UNREGISTER", [66, 1]],
  ["UNREGISTERED", [67]],
  ["INVOCATION", [68, 1, 2]],
  ["INTERRUPT", [69, 1]],
  ["YIELD", [70, 1]],
])("%s may not be shorter", (name, message) => {
  expect(refusal(message)).toBe(`${name} is too short`);
});

test.each([
  [null, "a message is a list"],
  [{ 0: 16 }, "a message is a list"],
  ["[16]", "a message is a list"],
  [new Uint8Array([16]), "a message is a list"],
  [[], "no message of type undefined"],
  [["16", 1, {}, "com.topic"], "no message of type string"],
  [[7, {}], "no message of type 7"],
  [[0], "no message of type 0"],
  [[-1], "no message of type -1"],
  [[1.5], "no message of type 1.5"],
  [[337, 1], "no message of type 337"],
  [[2 ** 53, 1], `no message of type ${2 ** 53}`],
  [[16n, 1, {}, "com.topic"], "no message of type bigint"],
])("what is no message is refused (%#)", (message, reason) => {
  expect(refusal(message)).toContain(reason);
});

/** All attributes that are known, by the message that has them: a value that is right, and some that are not. */
test.each([
  ...["agent", "authid", "authrole"].map((name) => [1, name, "text", [1, null, {}]] as const),
  [1, "authmethods", ["ticket"], ["ticket", [1], {}]],
  [1, "authextra", { a: 1 }, [[], "text", null]],
  ...["agent", "realm", "authid", "authrole", "authmethod", "authprovider"].map(
    (name) => [2, name, "text", [1, null, {}]] as const,
  ),
  [2, "authextra", {}, [[], "text"]],
  [3, "message", "text", [1, {}]],
  [6, "message", "text", [1, {}]],
  ...[8, 16, 36, 48, 50, 68, 70].flatMap((type) =>
    ["ppt_scheme", "ppt_serializer", "ppt_cipher", "ppt_keyid"].map(
      (name) => [type, name, "x_mine", [1, true, null, {}]] as const,
    ),
  ),
  ...["acknowledge", "exclude_me", "disclose_me", "retain"].map(
    (name) => [16, name, true, [1, 0, "true", null]] as const,
  ),
  ...["exclude", "eligible"].map(
    (name) => [16, name, [1, MAX], [1, ["1"], [0], [1.5], [MAX + 2], [1n], {}]] as const,
  ),
  ...["exclude_authid", "exclude_authrole", "eligible_authid", "eligible_authrole"].map(
    (name) => [16, name, ["joe"], ["joe", [1], [null], {}]] as const,
  ),
  ...[32, 64].map((type) => [type, "match", "wildcard", ["regex", 1, true, ""]] as const),
  [32, "get_retained", true, [1, "true"]],
  [36, "topic", "com.topic", [1, null]],
  [36, "publisher", MAX, [0, "1", 1.5, -1]],
  [36, "publisher_authid", "joe", [1]],
  [36, "publisher_authrole", "user", [1]],
  [36, "retained", true, [1]],
  ...[36, 68].map((type) => [type, "trustlevel", 0, [-1, 1.5, "1", true]] as const),
  ...[48, 68].map((type) => [type, "timeout", 0, [-1, 1.5, "1", true, MAX]] as const),
  ...[48, 68].map((type) => [type, "receive_progress", false, [0, "false"]] as const),
  ...[48, 50, 68, 70].map((type) => [type, "progress", true, [1, "true", null]] as const),
  [48, "disclose_me", true, [1]],
  [49, "mode", "whatever", [1, true, null]],
  [64, "invoke", "roundrobin", ["all", 1]],
  [64, "concurrency", 1, [0, -1, 1.5, "1"]],
  ...["force_reregister", "disclose_caller", "forward_timeout"].map(
    (name) => [64, name, true, [1, "true"]] as const,
  ),
  [68, "procedure", "com.add", [1, null]],
  [68, "caller", MAX, [0, "1", 1.5]],
  [68, "caller_authid", "joe", [1]],
  [68, "caller_authrole", "user", [1]],
  [69, "mode", "killnowait", ["other", 1, null]],
  [69, "reason", "wamp.error.timeout", [1]],
] as const)("%i: %s has its type", (type, name, right, wrong) => {
  const [, message] = valid.find(([, one]) => one[0] === type) as (typeof valid)[number];
  const at = message.findIndex((value) => kind(value) === "object");
  const options = message[at] as object;
  const make = (value: unknown): unknown[] => message.with(at, { ...options, [name]: value });
  expect(refusal(make(right))).toBe("accepted");
  // (Within the process `undefined` stands for an attribute that isn't there.)
  expect(refusal(make(undefined))).toBe("accepted");
  for (const value of wrong) expect(refusal(make(value))).toContain(`${name} is no `);
});

test("attributes that nobody knows are let through", () => {
  const options = { x_mine: [{}], _other: null, constructor: 1, toString: 2, forward_for: "any" };
  expect(refusal([16, 1, options, "com.topic"])).toBe("accepted");
  const prototype: unknown = JSON.parse('{"__proto__":{"acknowledge":1}}');
  expect(refusal([16, 1, prototype, "com.topic"])).toBe("accepted");
});

test.each([
  [{}, "roles is missing"],
  [{ roles: undefined }, "roles is missing"],
  [{ roles: {} }, "roles is no"],
  [{ roles: ["caller"] }, "roles is no"],
  [{ roles: { broker: {} } }, "roles is no dict of a client's roles"],
  [{ roles: { caller: null } }, "roles is no"],
  [{ roles: { caller: {}, callee: true } }, "roles is no"],
  [{ roles: { caller: { features: [] } } }, "roles is no"],
  [JSON.parse('{"__proto__":{"roles":{"caller":{}}}}'), "roles is missing"],
  [{ roles: { caller: {}, x_other: {} } }, "accepted"],
  [{ roles: { caller: { features: { anything: "goes" } } } }, "accepted"],
])("HELLO with details %j: %s", (details, outcome) => {
  expect(refusal([1, "realm1", details])).toContain(outcome);
});

test("WELCOME has a role of a router's", () => {
  expect(refusal([2, 1, { roles: { caller: {} } }])).toContain("a router's roles");
  expect(refusal([2, 1, { roles: { broker: {} } }])).toBe("accepted");
});

test.each([
  [[35, 0], "UNSUBSCRIBED: a revocation has details"],
  [[35, 0, {}], "UNSUBSCRIBED: subscription is missing"],
  [[35, 0, { subscription: "1" }], "UNSUBSCRIBED: subscription is no id"],
  [[35, 0, { subscription: 1, reason: 5 }], "UNSUBSCRIBED: reason is no string"],
  [[35, 0, []], "UNSUBSCRIBED: a revocation has details"],
  [[67, 0], "UNREGISTERED: a revocation has details"],
  [[67, 0, { subscription: 1 }], "UNREGISTERED: registration is missing"],
  [[67, 0, { registration: 0 }], "UNREGISTERED: registration is no id"],
  [[67, 1, {}], "accepted"],
  [[67, 1, null], "UNREGISTERED: details are no dict"],
])("the revocation %j: %s", (message, outcome) => {
  expect(refusal(message)).toBe(outcome);
});

test("only a request is answered with an ERROR", () => {
  for (const type of [16, 32, 34, 48, 49, 64, 66, 68]) {
    expect(refusal([8, type, 1, {}, "com.error"])).toBe("accepted");
  }
  for (const type of [1, 8, 17, 36, 50, 69, 70, 0, 48.5, "48"]) {
    expect(refusal([8, type, 1, {}, "com.error"])).toBe("ERROR.REQUEST.Type is no request type");
  }
});

test("an error and a reason are URIs", () => {
  for (const uri of ["", "a..b", "a b", "a#b", ".a", "a."]) {
    // (A callee whose application makes up its own isn't worth ending: the dealer answers for it.)
    expect(refusal([8, 48, 1, {}, uri])).toBe("accepted");
    expect(refusal([3, {}, uri])).toBe("ABORT.Reason is no uri");
    expect(refusal([6, {}, uri])).toBe("GOODBYE.Reason is no uri");
    // What a request names is answered with an error by the router, and doesn't end the session.
    expect(refusal([48, 1, {}, uri])).toBe("accepted");
  }
});

test("null for no arguments is taken from a router, which some of them send", () => {
  expect(parseMessage([50, 1, {}, [5], null])).toEqual([50, 1, {}, [5]]);
  expect(parseMessage([50, 1, {}, null, null])).toEqual([50, 1, {}]);
  expect(parseMessage([50, 1, {}, null])).toEqual([50, 1, {}]);
  expect(parseMessage([36, 1, 2, {}, null, { a: 1 }])).toEqual([36, 1, 2, {}, [], { a: 1 }]);
  expect(parseMessage([68, 1, 2, {}, [], null])).toEqual([68, 1, 2, {}, []]);
  expect(parseMessage([8, 48, 1, {}, "com.error", null])).toEqual([8, 48, 1, {}, "com.error"]);
  expect(refusal([50, 1, {}, [], null, null])).toBe("RESULT is too long");
});

test("null for no arguments is refused from a client, as by others", () => {
  expect(refusal([48, 1, {}, "com.add", null])).toBe("CALL: arguments are no list");
  expect(refusal([48, 1, {}, "com.add", [], null])).toContain("keyword arguments are no dict");
  expect(refusal([16, 1, {}, "com.topic", [], null])).toContain("keyword arguments are no dict");
  expect(refusal([70, 1, {}, null])).toBe("YIELD: arguments are no list");
});

test("a type that is none has no name", () => {
  expect(messageName(7)).toBe("7");
});

/** As JSON tells them apart. */
function kind(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "list" : typeof value;
}
