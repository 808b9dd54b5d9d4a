import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseHost } from "../../../src/http/host.ts";
import { OriginPolicy } from "../../../src/http/origin.ts";
import type { Origins, Target } from "../../../src/http/origin.ts";

function target(text: string, secure = false): Target {
  const host = parseHost(text);
  if (!host) throw new Error(`${text} is no host`);
  return { host, secure };
}

function allows(origins: Origins | undefined, origin: string, to = target("example.com")): boolean {
  return new OriginPolicy(origins).allows(origin, to);
}

describe("without a list (cross-site WebSocket hijacking, CVE-2018-14732)", () => {
  test("a page may connect to the host that it came from", () => {
    expect(allows(undefined, "http://example.com")).toBe(true);
    expect(allows(undefined, "HTTP://Example.COM:80")).toBe(true);
    expect(allows(undefined, "http://example.com:8080", target("example.com:8080"))).toBe(true);
    expect(allows(undefined, "http://[::1]:8080", target("[::1]:8080"))).toBe(true);
    expect(allows(undefined, "https://example.com", target("example.com", true))).toBe(true);
  });

  test("a page may connect through a proxy that ends TLS and says nothing about it", () => {
    expect(allows(undefined, "https://example.com", target("example.com"))).toBe(true);
    expect(allows(undefined, "https://example.com", target("example.com:443"))).toBe(true);
    expect(allows(undefined, "https://example.com:8443", target("example.com:8443"))).toBe(true);
  });

  test("no other page may", () => {
    const others = [
      "http://evil.example",
      "http://example.com.evil.example",
      "http://evil.example#example.com",
      "http://example.com@evil.example",
      "http://sub.example.com",
      "http://example.com:8080",
      "https://example.com:80",
      "null",
      "",
      "example.com",
      "//example.com",
      "file://example.com",
      "chrome-extension://example.com",
      "http://",
      "http://example.com/",
      "http://example.com, http://example.com",
    ];
    for (const origin of others) expect(allows(undefined, origin), origin).toBe(false);
  });

  test("a page that came without TLS may not connect to a server with TLS", () => {
    expect(allows(undefined, "http://example.com", target("example.com", true))).toBe(false);
  });
});

describe("with a list", () => {
  test("the pages in it may connect, in whatever way they are written", () => {
    const list = ["https://App.example.com", "http://localhost:3000", "http://a.example:80"];
    for (const origin of [
      "https://app.example.com",
      "https://app.example.com:443",
      "http://localhost:3000",
    ]) {
      expect(allows(list, origin), origin).toBe(true);
    }
    expect(allows(list, "http://a.example")).toBe(true);
    expect(allows(["chrome-extension://abcdef"], "chrome-extension://abcdef")).toBe(true);
  });

  test("no others may, the server's own included", () => {
    expect(allows(["https://app.example.com"], "http://app.example.com")).toBe(false);
    expect(allows(["https://app.example.com"], "http://example.com")).toBe(false);
    expect(allows([], "http://example.com")).toBe(false);
  });

  test("a pattern has to match the whole origin", () => {
    const list = [/https:\/\/[a-z]+\.example\.com/, /http:\/\/a|http:\/\/ab/gy];
    expect(allows(list, "https://app.example.com")).toBe(true);
    expect(allows(list, "https://app.example.com.evil.example")).toBe(false);
    expect(allows(list, "https://evil.example/https://app.example.com")).toBe(false);
    expect(allows(list, "http://ab")).toBe(true);
    expect(allows(list, "http://abc")).toBe(false);
  });

  test("a pattern with the flag g gives the same answer each time", () => {
    const policy = new OriginPolicy([/http:\/\/a/g]);
    for (let time = 0; time < 3; time++) expect(policy.allows("http://a", target("b"))).toBe(true);
  });

  test('"null" is refused unless it is listed', () => {
    expect(allows([/.*/], "null")).toBe(false);
    expect(allows(["https://example.com"], "null")).toBe(false);
    expect(allows(["null"], "null")).toBe(true);
  });

  test("an entry that is no origin is an error", () => {
    for (const entry of ["example.com", "https://example.com/path", "*", ""]) {
      expect(() => new OriginPolicy([entry]), entry).toThrow("is no origin");
    }
  });
});

test('"any" lets every page connect', () => {
  for (const origin of ["http://evil.example", "null", "rubbish"]) {
    expect(allows("any", origin), origin).toBe(true);
  }
});

test("an origin never makes it throw", () => {
  const policies = [undefined, ["https://a.example"], [/.*/]].map((list) => new OriginPolicy(list));
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      for (const policy of policies) policy.allows(text, target("example.com"));
    }),
  );
});
