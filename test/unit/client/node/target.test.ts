import { inspect } from "node:util";

import { describe, expect, test } from "vitest";

import { originOf, readTarget } from "../../../../src/client/node/target.ts";

describe("a URL", () => {
  test.each([
    ["ws://example.com", "ws://example.com/", false],
    ["wss://example.com:8443/a?b=c", "wss://example.com:8443/a?b=c", true],
    ["http://example.com/", "ws://example.com/", false],
    ["https://example.com/", "wss://example.com/", true],
    ["WS://EXAMPLE.com:80/A", "ws://example.com/A", false],
    ["ws://example.com/#part", "ws://example.com/", false],
    ["ws://[::1]:1/", "ws://[::1]:1/", false],
    ["ws://bücher.example/ü", "ws://xn--bcher-kva.example/%C3%BC", false],
    [new URL("ws://example.com/"), "ws://example.com/", false],
  ])("%s is understood", (input, href, isSecure) => {
    const target = readTarget(input);
    expect(target.url.href).toBe(href);
    expect(target).toMatchObject({ isSecure, authorization: undefined, socketPath: undefined });
  });

  test("is not changed for its owner", () => {
    const url = new URL("https://user:secret@example.com/#part");
    readTarget(url);
    expect(url.href).toBe("https://user:secret@example.com/#part");
  });

  test.each([
    "",
    "example.com",
    "//example.com",
    "ftp://example.com",
    "ws://",
    "file:///etc/passwd",
  ])("%s is refused", (input) => {
    expect(() => readTarget(input)).toThrow(TypeError);
  });

  test("that is refused is not repeated, because it may hold a password", () => {
    for (const input of ["ws://user:secret@:80:80/", "ftp://user:secret@example.com"]) {
      let error: unknown;
      try {
        readTarget(input);
      } catch (reason) {
        error = reason;
      }
      expect(error).toBeInstanceOf(TypeError);
      expect(inspect(error)).not.toContain("secret");
    }
  });
});

describe("credentials", () => {
  test.each([
    ["ws://user:pass@h/", "user:pass"],
    ["ws://user@h/", "user:"],
    ["ws://:pass@h/", ":pass"],
    ["ws://us%3Aer:p%40ss@h/", "us:er:p@ss"],
    ["ws://%C3%A9:%E2%82%AC@h/", "é:€"],
    ["ws://100%:x@h/", "100%:x"],
  ])("of %s are sent as Basic authentication, and taken off the URL", (input, credentials) => {
    const { authorization, url } = readTarget(input);
    const [scheme, value = ""] = authorization!.split(" ");
    expect(scheme).toBe("Basic");
    expect(Buffer.from(value, "base64").toString()).toBe(credentials);
    expect(url.href).toBe("ws://h/");
  });
});

describe("a Unix socket", () => {
  test.each([
    ["ws+unix:/run/app.sock", "/run/app.sock", "ws://localhost/"],
    ["ws+unix:///run/app.sock:/chat?room=1", "/run/app.sock", "ws://localhost/chat?room=1"],
    ["ws+unix:/run/my%20app.sock:/a", "/run/my app.sock", "ws://localhost/a"],
  ])("is named by %s", (input, socketPath, href) => {
    const target = readTarget(input);
    expect(target).toMatchObject({ socketPath, isSecure: false, authorization: undefined });
    expect(target.url.href).toBe(href);
  });

  test("can be named by the option, beside a URL that names the host", () => {
    const target = readTarget("wss://example.com/a", "/run/app.sock");
    expect(target.socketPath).toBe("/run/app.sock");
    expect(target.url.href).toBe("wss://example.com/a");
  });

  test("has to have a path", () => {
    expect(() => readTarget("ws+unix:")).toThrow(TypeError);
    expect(() => readTarget("ws+unix::/a")).toThrow(TypeError);
  });
});

test("the origin is scheme, host and port", () => {
  expect(originOf(readTarget("https://u:p@example.com:444/a?b#c"))).toBe("wss://example.com:444");
  expect(originOf(readTarget("ws://example.com:80/"))).toBe("ws://example.com");
});
