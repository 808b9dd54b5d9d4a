import { describe, expect, test } from "vitest";

import {
  readFields,
  toRawHeaders,
  withoutCredentials,
} from "../../../../src/client/node/request-headers.ts";
import type { Field } from "../../../../src/client/node/request-headers.ts";
import { readTarget } from "../../../../src/client/node/target.ts";

describe("the application's header fields", () => {
  test("come as an object or as pairs, in order and with repetitions", () => {
    expect(readFields({ "X-A": "1", "x-b": "2" })).toEqual([
      ["X-A", "1"],
      ["x-b", "2"],
    ]);
    const pairs: Field[] = [
      ["A", "1"],
      ["A", "2"],
    ];
    expect(readFields(pairs)).toEqual(pairs);
    expect(readFields(new Map(pairs))).toEqual([["A", "2"]]);
    expect(readFields(new Headers({ "x-a": "1" }))).toEqual([["x-a", "1"]]);
    expect(readFields()).toEqual([]);
  });

  test("may have any name, those of prototypes too", () => {
    const headers = JSON.parse('{ "__proto__": "1", "constructor": "2" }') as Record<
      string,
      string
    >;
    expect(readFields(headers)).toEqual([
      ["__proto__", "1"],
      ["constructor", "2"],
    ]);
  });

  test("go with the origin", () => {
    expect(readFields({ a: "b" }, "https://example.com")).toEqual([
      ["a", "b"],
      ["Origin", "https://example.com"],
    ]);
    expect(() => readFields({ origin: "a" }, "b")).toThrow(TypeError);
  });

  test.each([
    ["a line break in a value", { a: "1\r\nB: 2" }],
    ["a lone line feed", { a: "1\nB: 2" }],
    ["a zero byte", { a: "1\0" }],
    ["a character beyond Latin-1", { a: "€" }],
    ["a line break in a name", { "a\r\nb": "1" }],
    ["a blank in a name", { "a b": "1" }],
    ["an empty name", { "": "1" }],
    ["a value that is none", { a: undefined as unknown as string }],
  ])("with %s are refused", (_what, headers) => {
    expect(() => readFields(headers)).toThrow(TypeError);
  });

  test("with a line break in the origin are refused", () => {
    expect(() => readFields({}, "a\r\nb: c")).toThrow(TypeError);
  });

  test.each([
    "Upgrade",
    "connection",
    "Sec-WebSocket-Key",
    "sec-websocket-protocol",
    "Content-Length",
    "Transfer-Encoding",
    "Expect",
  ])("don't interfere with the handshake: %s is refused", (name) => {
    expect(() => readFields({ [name]: "1" })).toThrow(TypeError);
  });

  test("name the host once", () => {
    expect(readFields({ Host: "a" })).toEqual([["Host", "a"]]);
    expect(() =>
      readFields([
        ["Host", "a"],
        ["host", "b"],
      ]),
    ).toThrow(TypeError);
  });
});

test("credentials are left out for other servers", () => {
  const fields = readFields({
    Authorization: "a",
    COOKIE: "b",
    "proxy-authorization": "c",
    Host: "d",
    "X-Mine": "e",
  });
  expect(withoutCredentials(fields)).toEqual([["X-Mine", "e"]]);
});

describe("a request", () => {
  const upgrade: Field[] = [["Upgrade", "websocket"]];

  test("has the host, the credentials of the URL, the handshake and the application's fields", () => {
    const target = readTarget("ws://u:p@example.com:81/");
    expect(toRawHeaders(target, [["A", "b"]], upgrade).join(" ")).toBe(
      "Host example.com:81 Authorization Basic dTpw Upgrade websocket A b",
    );
  });

  test("has the application's host and authorization instead, if it has given them", () => {
    const target = readTarget("ws://u:p@example.com/");
    const fields = readFields({ host: "other", authorization: "Bearer x" });
    expect(toRawHeaders(target, fields, upgrade).join(" ")).toBe(
      "Upgrade websocket host other authorization Bearer x",
    );
  });
});
