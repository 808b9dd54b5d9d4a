import { expect, test } from "vitest";
import { announces, CLIENT_ROLES, ROUTER_ROLES } from "../../../../src/wamp/protocol/features.ts";
import type { Roles } from "../../../../src/wamp/protocol/messages.ts";
import { parseMessage } from "../../../../src/wamp/protocol/parse.ts";

test("only true announces a feature", () => {
  const features = { call_timeout: true, progressive_call_results: 1, call_canceling: "true" };
  const roles = { caller: { features }, callee: {} } as Roles;
  expect(announces(roles, "caller", "call_timeout")).toBe(true);
  for (const feature of ["progressive_call_results", "call_canceling", "other", "toString"]) {
    expect(announces(roles, "caller", feature)).toBe(false);
  }
  expect(announces(roles, "callee", "call_timeout")).toBe(false);
  expect(announces(roles, "publisher", "call_timeout")).toBe(false);
  const inherited = JSON.parse('{"__proto__":{"caller":{"features":{"a":true}}}}') as Roles;
  expect(announces(inherited, "caller", "a")).toBe(false);
});

test("what this package announces is valid, and in the words of the specification", () => {
  expect(() => parseMessage([1, "realm1", { roles: CLIENT_ROLES }])).not.toThrow();
  expect(() => parseMessage([2, 1, { roles: ROUTER_ROLES }])).not.toThrow();
  for (const { features } of Object.values({ ...CLIENT_ROLES, ...ROUTER_ROLES })) {
    expect(Object.values(features ?? {}).every((value) => value === true)).toBe(true);
    expect(Object.keys(features ?? {}).every((name) => /^[a-z][a-z0-9_]{2,}$/.test(name))).toBe(
      true,
    );
  }
});
