/**
 * Tests of namespaces and of the names of channels.
 *
 * @module
 */

import { expect, test } from "vitest";
import type { ChannelError } from "../../../../src/channels/server/errors.ts";
import { Namespaces } from "../../../../src/channels/server/namespaces.ts";
import type { NamespaceOptions } from "../../../../src/channels/server/namespaces.ts";

const ALL = new Namespaces({
  "": {},
  chat: {},
  ["__proto__"]: {},
  num: { pattern: /\d+/g },
});

function refusal(namespaces: Namespaces, name: string | undefined): number | undefined {
  try {
    namespaces.find(name);
  } catch (error) {
    return (error as ChannelError).errorCode;
  }
  return undefined;
}

test.each([
  ["room", "", undefined, false],
  ["chat:room", "chat", undefined, false],
  ["chat:a:b", "chat", undefined, false],
  ["chat:", "chat", undefined, false],
  ["$chat:room", "chat", undefined, true],
  ["$", "", undefined, true],
  ["chat:room#ann,bob", "chat", ["ann", "bob"], false],
  ["$chat:room#ann", "chat", ["ann"], true],
  ["#a:b", "", ["a:b"], false],
  ["room#a:b,c", "", ["a:b", "c"], false],
  ["chat:#a#b", "chat", ["a#b"], false],
  ["chat:#", "chat", [""], false],
  ["chat:#,", "chat", ["", ""], false],
  ["__proto__:x", "__proto__", undefined, false],
  ["constructor", "", undefined, false],
  ["num:123", "num", undefined, false],
])("%s is in %j, for %j", (channel, namespace, users, isPrivate) => {
  const found = ALL.find(channel);
  expect(found).toMatchObject({ channel, isPrivate });
  expect(found.users).toEqual(users);
  expect(found.namespace.name).toBe(namespace);
});

test.each([
  [undefined, 107],
  ["", 107],
  ["x".repeat(256), 107],
  ["x".repeat(255), undefined],
  ["other:x", 102],
  ["constructor:x", 102],
  ["num:12x", 102],
  ["num:", 102],
  ["num:1#ann", 102],
  [" chat:x", 102],
  ["$$chat:x", 102],
])("%j is refused with %j", (channel, code) => {
  expect(refusal(ALL, channel)).toBe(code);
});

test("without the namespace of names without one, those are unknown", () => {
  expect(refusal(new Namespaces({ a: {} }), "room")).toBe(102);
});

test("a pattern is for the whole rest of the name, whatever its alternatives and flags", () => {
  const namespaces = new Namespaces({ a: { pattern: /x|xy/gy }, b: { pattern: /^R$/im } });
  for (let time = 0; time < 3; time++) {
    expect(refusal(namespaces, "a:xy")).toBeUndefined();
    expect(refusal(namespaces, "a:x")).toBeUndefined();
    expect(refusal(namespaces, "a:xyz")).toBe(102);
    expect(refusal(namespaces, "b:r")).toBeUndefined();
    expect(refusal(namespaces, "b:r\nx")).toBe(102);
  }
});

test("options that make no sense are refused", () => {
  expect(() => new Namespaces({ "a:b": {} })).toThrow(TypeError);
  expect(() => new Namespaces({ "a#": {} })).toThrow(TypeError);
  expect(() => new Namespaces({ $a: {} })).toThrow(TypeError);
  for (const history of [
    { size: 0, ttl: 1 },
    { size: 1, ttl: -1 },
    { size: Number.NaN, ttl: 1 },
  ]) {
    expect(() => new Namespaces({ a: { history } })).toThrow(RangeError);
  }
});

test("an option that there is not is refused, and so is an access that there is not", () => {
  const make = (options: object) => () => new Namespaces({ chat: options });
  expect(make({ histroy: {} })).toThrow(
    new TypeError('the namespace "chat" has no option "histroy": did you mean "history"?'),
  );
  expect(make({ access: { subcribe: "anyone" } })).toThrow(TypeError);
  expect(make({ history: { size: 1, ttl: 1, age: 1 } })).toThrow(TypeError);
  expect(make({ access: { publish: "everyone" } })).toThrow(
    new TypeError(
      'publish of "chat" is "everyone", and has to be one of nobody, subscribers, users, anyone',
    ),
  );
  expect(make({ access: { subscribe: "subscribers" } })).toThrow(TypeError);
  expect(make({ access: { publish: "listed" } })).toThrow(TypeError);
});

test("where there is history there is recovery, unless it is said otherwise", () => {
  const history = { size: 1, ttl: 1 };
  const options: Record<string, NamespaceOptions> = {
    plain: {},
    kept: { history },
    lossy: { history, recover: false, slow: "drop" },
  };
  const namespaces = new Namespaces(options);
  expect(namespaces.find("plain:x").namespace).toMatchObject({
    recover: false,
    slow: "disconnect",
  });
  expect(namespaces.find("kept:x").namespace).toMatchObject({ recover: true, echo: true });
  expect(namespaces.find("lossy:x").namespace).toMatchObject({ recover: false, slow: "drop" });
});
