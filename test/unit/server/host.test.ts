import { describe, expect, test } from "vitest";
import { parseHost } from "../../../src/http/host.ts";
import type { Host } from "../../../src/http/host.ts";
import { HostList, isHostAllowed, isLoopbackHost } from "../../../src/server/host.ts";

function host(text: string): Host {
  const parsed = parseHost(text);
  if (!parsed) throw new Error(`${text} is no host`);
  return parsed;
}

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
