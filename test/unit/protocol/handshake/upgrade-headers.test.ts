import { describe, expect, test } from "vitest";
import { upgradeHeaders } from "../../../../src/protocol/handshake/upgrade-headers.ts";

const key = "dGhlIHNhbXBsZSBub25jZQ==";

const BASE = [
  ["Upgrade", "websocket"],
  ["Connection", "Upgrade"],
  ["Sec-WebSocket-Key", key],
  ["Sec-WebSocket-Version", "13"],
];

describe("the request", () => {
  test("asks for a WebSocket", () => {
    expect(upgradeHeaders({ key })).toEqual(BASE);
    expect(upgradeHeaders({ key, subprotocols: [] })).toEqual(BASE);
  });

  test("offers subprotocols and extensions", () => {
    const wishes = { key, subprotocols: ["a", "b"], extensions: "foo; bar=1" };
    expect(upgradeHeaders(wishes)).toEqual([
      ...BASE,
      ["Sec-WebSocket-Protocol", "a, b"],
      ["Sec-WebSocket-Extensions", "foo; bar=1"],
    ]);
  });

  test.each([
    { key: "short" },
    { key: `${key}\r\nX: y` },
    { key, subprotocols: [""] },
    { key, subprotocols: ["a b"] },
    { key, subprotocols: ["a,b"] },
    { key, subprotocols: ["a\r\nX: y"] },
    { key, subprotocols: ["a", "b", "a"] },
    { key, extensions: "foo\r\nX: y" },
    { key, extensions: "" },
  ])("can't be made of %j", (wishes) => {
    expect(() => upgradeHeaders(wishes)).toThrow(TypeError);
  });
});
