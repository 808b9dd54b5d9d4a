import { describe, expect, test } from "vitest";
import { browserUrl, isLoopback, isLoopbackHeader } from "../../../src/hub/address.ts";

describe("isLoopback", () => {
  test.each(["127.0.0.1", "127.1.2.3", "::1", "localhost", "LOCALHOST", "a.localhost"])(
    "%s can be reached from this machine alone",
    (host) => expect(isLoopback(host)).toBe(true),
  );

  test.each([
    "0.0.0.0",
    "::",
    "192.168.1.2",
    "example.com",
    "localhost.example.com",
    "127.0.0.1.nip.io",
    "",
  ])("%s can be reached from elsewhere", (host) => expect(isLoopback(host)).toBe(false));
});

describe("isLoopbackHeader", () => {
  test.each(["127.0.0.1:8080", "localhost", "localhost:80", "[::1]:8080", "[::1]"])(
    "%s is this machine",
    (header) => expect(isLoopbackHeader(header)).toBe(true),
  );

  test.each([
    undefined,
    "",
    "attacker.example",
    "attacker.example:8080",
    "localhost.attacker.example",
    "localhost@attacker.example",
    "::1",
    "[::1",
    "[localhost.attacker.example]",
    "localhost:80:80",
    "localhost:x",
  ])("%s is not", (header) => expect(isLoopbackHeader(header)).toBe(false));
});

test.each([
  ["ws://127.0.0.1:8080", "http://127.0.0.1:8080/"],
  ["ws://[::1]:8080", "http://[::1]:8080/"],
  ["ws://0.0.0.0:8080", "http://localhost:8080/"],
  ["ws://[::]:8080", "http://localhost:8080/"],
  ["ws://127.0.0.1:80", "http://127.0.0.1/"],
])("the address of %s for a browser is %s", (url, address) => {
  expect(browserUrl(url)).toBe(address);
});
