import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseHost } from "../../../src/http/host.ts";

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
