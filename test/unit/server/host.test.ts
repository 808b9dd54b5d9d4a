import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HostList, isHostAllowed, isLoopbackHost, parseHost } from "../../../src/server/host.ts";
import type { Host } from "../../../src/server/host.ts";

function host(text: string): Host {
  const parsed = parseHost(text);
  if (!parsed) throw new Error(`${text} is no host`);
  return parsed;
}

describe("parseHost", () => {
  test("reads names, addresses and ports", () => {
    expect(parseHost("Example.COM")).toEqual({ name: "example.com", port: undefined });
    expect(parseHost("example.com.:8080")).toEqual({ name: "example.com", port: 8080 });
    expect(parseHost("127.0.0.1:1")).toEqual({ name: "127.0.0.1", port: 1 });
    expect(parseHost("[::1]")).toEqual({ name: "::1", port: undefined });
    expect(parseHost("[2001:DB8::1]:65535")).toEqual({ name: "2001:db8::1", port: 65_535 });
    expect(parseHost("a_b-c.d:")).toEqual({ name: "a_b-c.d", port: undefined });
  });

  test("refuses everything else", () => {
    const malformed = [
      "",
      ":",
      ":80",
      "a:b",
      "a:1:2",
      "a:65536",
      "a:-1",
      "a b",
      "a/b",
      "a@b",
      "é.com",
    ];
    const brackets = ["[::1", "::1", "[::1]x", "[127.0.0.1]", "[]", "[]:1", "[:1]", "]", "a[::1]"];
    for (const text of [...malformed, ...brackets, "a,b", "a\tb", "http://a"]) {
      expect(parseHost(text), text).toBeUndefined();
    }
  });

  test("never throws", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void parseHost(text)));
  });
});

describe("a server that is bound to loopback (DNS rebinding)", () => {
  const none = new HostList([]);

  test("answers to the names of loopback", () => {
    for (const text of [
      "localhost",
      "LOCALHOST:80",
      "app.localhost",
      "127.0.0.1:3",
      "127.1.2.3",
      "[::1]:9",
    ]) {
      expect(isHostAllowed(host(text), none, true), text).toBe(true);
      expect(isLoopbackHost(host(text)), text).toBe(true);
    }
  });

  test("answers to no other name", () => {
    const attacks = [
      "evil.example",
      "localhost.evil.example",
      "127.0.0.1.evil.example",
      "0.0.0.0",
      "xlocalhost",
    ];
    for (const text of [...attacks, "192.168.0.1", "[::2]", "2130706433", "0x7f.1"]) {
      expect(isHostAllowed(host(text), none, true), text).toBe(false);
    }
  });

  test("answers to the hosts that it was given too", () => {
    const hosts = new HostList(["Example.com", "other.example:8080", "2001:db8::1"]);
    for (const text of [
      "example.com",
      "example.com:1234",
      "other.example:8080",
      "[2001:db8::1]:1",
      "localhost",
    ]) {
      expect(isHostAllowed(host(text), hosts, true), text).toBe(true);
    }
    for (const text of ["other.example", "other.example:80", "sub.example.com"]) {
      expect(isHostAllowed(host(text), hosts, true), text).toBe(false);
    }
  });
});

describe("any other server", () => {
  test("answers to every host, unless it was given some", () => {
    expect(isHostAllowed(host("anything.example"), new HostList([]), false)).toBe(true);
    const hosts = new HostList(["example.com"]);
    expect(isHostAllowed(host("example.com"), hosts, false)).toBe(true);
    expect(isHostAllowed(host("localhost"), hosts, false)).toBe(false);
  });
});

test("what is no host can't be listed", () => {
  expect(() => new HostList(["http://example.com"])).toThrow(
    'hosts: "http://example.com" is no host',
  );
  expect(() => new HostList(["*"])).toThrow("is no host");
});
