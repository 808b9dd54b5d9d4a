import { describe, expect, test } from "vitest";
import type { MatchPolicy } from "../../../../../src/wamp/protocol/messages.ts";
import { allowAll } from "../../../../../src/wamp/router/authorization/allow-all.ts";
import type {
  Action,
  Authorizer,
  Decision,
} from "../../../../../src/wamp/router/authorization/authorizer.ts";
import { permissions } from "../../../../../src/wamp/router/authorization/permissions.ts";
import type { Permission } from "../../../../../src/wamp/router/authorization/permissions.ts";

function decide(
  authorizer: Authorizer,
  action: Action,
  uri: string,
  match: MatchPolicy = "exact",
  authrole = "user",
): Decision {
  const principal = { authid: "joe", authrole, authmethod: "test", authprovider: "test" };
  return authorizer.authorize({ action, uri, match, session: 1, principal }) as Decision;
}

function allows(rules: readonly Permission[], ...request: [Action, string, MatchPolicy?]): boolean {
  return decide(permissions({ roles: { user: rules } }), ...request).allow;
}

const all = { call: true, register: true, publish: true, subscribe: true };

describe("by default", () => {
  test.each(["user", "__proto__", "constructor", ""])("nothing is allowed: %j", (role) => {
    expect(decide(permissions({ roles: {} }), "call", "com.a", "exact", role)).toEqual({
      allow: false,
    });
  });

  test("what a rule doesn't name isn't allowed", () => {
    const rules = [{ uri: "com.a", allow: { call: true, publish: false } }];
    expect(allows(rules, "call", "com.a")).toBe(true);
    for (const action of ["register", "publish", "subscribe"] as const) {
      expect(allows(rules, action, "com.a")).toBe(false);
    }
    expect(allows(rules, "call", "com.a.b")).toBe(false);
  });
});

test("rules are those of the session's role", () => {
  const authorizer = permissions({
    roles: {
      user: [{ uri: "com.a", allow: all }],
      admin: [{ uri: "", match: "prefix", allow: all }],
    },
  });
  expect(decide(authorizer, "call", "com.b").allow).toBe(false);
  expect(decide(authorizer, "call", "com.b", "exact", "admin").allow).toBe(true);
});

test("the most specific rule counts", () => {
  const rules: Permission[] = [
    { uri: "com.", match: "prefix", allow: all },
    { uri: "com.secret.", match: "prefix", allow: {} },
    { uri: "com.secret.door", allow: { call: true } },
    { uri: "org..a", match: "wildcard", allow: all },
  ];
  expect(allows(rules, "call", "com.a")).toBe(true);
  expect(allows(rules, "call", "com.secret.a")).toBe(false);
  expect(allows(rules, "call", "com.secret.door")).toBe(true);
  expect(allows(rules, "publish", "com.secret.door")).toBe(false);
  expect(allows(rules, "call", "org.x.a")).toBe(true);
  expect(allows(rules, "call", "org.x.b")).toBe(false);
});

describe("a pattern", () => {
  const open: Permission = { uri: "com.", match: "prefix", allow: all };

  test.each<[string, Permission[], string, MatchPolicy, boolean]>([
    ["needs a rule for all of it", [{ uri: "com.a", allow: all }], "com.a", "prefix", false],
    ["may be within a prefix", [open], "com.a.", "prefix", true],
    ["may be the prefix itself", [open], "com.", "prefix", true],
    ["may not be wider", [open], "com", "prefix", false],
    ["may be a wildcard within a prefix", [open], "com..a", "wildcard", true],
    ["may not be a wildcard beyond it", [open], ".a", "wildcard", false],
    ["of all", [open], "", "prefix", false],
    [
      "must not hold what is forbidden",
      [open, { uri: "com.secret.", match: "prefix", allow: {} }],
      "com.",
      "prefix",
      false,
    ],
    [
      "may go around what is forbidden",
      [open, { uri: "com.secret.", match: "prefix", allow: {} }],
      "com.open.",
      "prefix",
      true,
    ],
    [
      "must not hold one forbidden URI",
      [open, { uri: "com.x.a", allow: {} }],
      "com..a",
      "wildcard",
      false,
    ],
    ["may go around that, too", [open, { uri: "com.x.b", allow: {} }], "com..a", "wildcard", true],
    [
      "is not stopped by a wildcard, before which prefixes go",
      [open, { uri: "com..secret", match: "wildcard", allow: {} }],
      "com.",
      "prefix",
      true,
    ],
    [
      "is stopped by one where only wildcards allow",
      [
        { uri: "..", match: "wildcard", allow: all },
        { uri: "com..secret", match: "wildcard", allow: {} },
      ],
      "..",
      "wildcard",
      false,
    ],
    [
      "takes the more specific wildcard",
      [
        { uri: "..", match: "wildcard", allow: {} },
        { uri: "com..", match: "wildcard", allow: all },
      ],
      "com..a",
      "wildcard",
      true,
    ],
  ])("%s", (_, rules, uri, match, expected) => {
    expect(allows(rules, "subscribe", uri, match)).toBe(expected);
    expect(allows(rules, "register", uri, match)).toBe(expected);
  });
});

test("a rule decides about disclosure and trust, too", () => {
  const rule: Permission = { uri: "com.a", allow: { call: true }, disclose: true, trustlevel: 3 };
  const authorizer = permissions({ roles: { user: [rule] } });
  expect(decide(authorizer, "call", "com.a")).toEqual({
    allow: true,
    disclose: true,
    trustlevel: 3,
  });
});

test("another authorizer decides about what no rule matches", () => {
  const left: number[] = [];
  const otherwise = { ...allowAll({ disclose: false }), leave: (id: number) => left.push(id) };
  const authorizer = permissions({ roles: { user: [{ uri: "com.a", allow: {} }] }, otherwise });
  expect(decide(authorizer, "call", "com.a")).toMatchObject({ allow: false });
  expect(decide(authorizer, "call", "com.b")).toEqual({ allow: true, disclose: false });
  expect(decide(authorizer, "call", "com.a", "exact", "other")).toMatchObject({ allow: true });
  // Some of it is forbidden.
  expect(decide(authorizer, "subscribe", "com.", "prefix").allow).toBe(false);
  authorizer.leave?.(7);
  expect(left).toEqual([7]);
});

test.each([
  [{ uri: "com..a", allow: {} }, "no such URI"],
  [{ uri: "com.*.a", match: "wildcard", allow: {} }, "an empty component, not *"],
  [{ uri: "com.a.*", match: "prefix", allow: {} }, "an empty component, not *"],
  [{ uri: "com a", match: "prefix", allow: {} }, "no such URI"],
  [{ uri: "com.a", alow: {} }, 'did you mean "allow"?'],
  [{ uri: "com.a", allow: { cal: true } }, 'did you mean "call"?'],
])("a rule that makes no sense: %j", (rule, message) => {
  expect(() => permissions({ roles: { user: [rule as never] } })).toThrow(message);
});

test("two rules for one pattern contradict each other", () => {
  const rule: Permission = { uri: "com.a", allow: {} };
  expect(() => permissions({ roles: { user: [rule, rule] } })).toThrow("two permissions");
});
