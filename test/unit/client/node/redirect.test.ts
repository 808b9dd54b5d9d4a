import { describe, expect, test } from "vitest";

import { followRedirect, isRedirect } from "../../../../src/client/node/redirect.ts";
import type { Field } from "../../../../src/client/node/request-headers.ts";
import { readTarget } from "../../../../src/client/node/target.ts";
import type { Target } from "../../../../src/client/node/target.ts";

const fields: Field[] = [
  ["Authorization", "secret"],
  ["X-Mine", "1"],
];

function follow(from: Target, location: string): { href: string; rest: unknown; fields: unknown } {
  const next = followRedirect(from, fields, location);
  if (typeof next === "string") throw new Error(next);
  const { url, ...rest } = next.target;
  return { href: url.href, rest, fields: next.fields };
}

test.each([
  [301, "/a", true],
  [302, "/a", true],
  [303, "/a", true],
  [307, "/a", true],
  [308, "/a", true],
  [300, "/a", false],
  [304, "/a", false],
  [200, "/a", false],
  [302, undefined, false],
])("status %i with the location %s is a redirect: %s", (status, location, expected) => {
  expect(isRedirect(status, location)).toBe(expected);
});

describe("on the same origin", () => {
  const from = readTarget("wss://u:p@example.com/a/b?c");

  test.each([
    ["/d", "wss://example.com/d"],
    ["d?e", "wss://example.com/a/d?e"],
    ["?e", "wss://example.com/a/b?e"],
    ["//example.com/d", "wss://example.com/d"],
    ["wss://example.com:443/d#part", "wss://example.com/d"],
    ["https://example.com/d", "wss://example.com/d"],
  ])("%s leads to %s, with all credentials", (location, href) => {
    const next = follow(from, location);
    expect(next.href).toBe(href);
    expect(next.rest).toMatchObject({ authorization: from.authorization, isSecure: true });
    expect(next.fields).toBe(fields);
  });

  test("a Unix socket stays the same", () => {
    const next = follow(readTarget("ws+unix:/run/app.sock:/a"), "/b");
    expect(next.href).toBe("ws://localhost/b");
    expect(next.rest).toMatchObject({ socketPath: "/run/app.sock" });
  });
});

describe("to another origin", () => {
  test.each([
    ["ws://u:p@example.com/", "ws://other.example/"],
    ["ws://u:p@example.com/", "ws://example.com:81/"],
    ["ws://u:p@example.com/", "wss://example.com/"],
    ["wss://u:p@example.com/", "https://other.example/"],
  ])("from %s to %s no credentials go along", (from, location) => {
    const next = follow(readTarget(from), location);
    expect(next.rest).toMatchObject({ authorization: undefined });
    expect(next.fields).toEqual([["X-Mine", "1"]]);
  });
});

test.each([
  ["wss://example.com/", "ws://example.com/", "from wss: to ws:"],
  ["wss://example.com/", "http://other.example/", "from wss: to ws:"],
  ["ws+unix:/run/app.sock:/a", "ws://other.example/", "Unix socket"],
  ["ws://example.com/", "ws+unix:/run/app.sock:/a", "no WebSocket"],
  ["ws+unix:/run/app.sock:/a", "ws+unix:/run/other.sock:/a", "no WebSocket"],
  ["ws://example.com/", "ftp://example.com/", "no WebSocket"],
  ["ws://example.com/", "javascript:alert(1)", "no WebSocket"],
  ["ws://example.com/", "ws://:80:80/", "no WebSocket"],
])("from %s to %s is not followed", (from, location, why) => {
  expect(followRedirect(readTarget(from), fields, location)).toContain(why);
});
