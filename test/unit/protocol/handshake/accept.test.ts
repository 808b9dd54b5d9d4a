import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { acceptHeaders } from "../../../../src/protocol/handshake/accept.ts";
import type { Upgrade } from "../../../../src/protocol/handshake/read-upgrade.ts";

const sha1 = (data: Uint8Array): Uint8Array => createHash("sha1").update(data).digest();

const upgrade: Upgrade = {
  key: "dGhlIHNhbXBsZSBub25jZQ==",
  subprotocols: ["chat", "superchat"],
  extensions: [],
};

const BASE = [
  ["Upgrade", "websocket"],
  ["Connection", "Upgrade"],
  ["Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="],
];

describe("the response", () => {
  test("is the one of RFC 6455 section 1.3", () => {
    expect(acceptHeaders(upgrade, {}, sha1)).toEqual(BASE);
  });

  test("names what was chosen", () => {
    const choice = { subprotocol: "chat", extensions: "permessage-deflate" };
    expect(acceptHeaders(upgrade, choice, sha1)).toEqual([
      ...BASE,
      ["Sec-WebSocket-Protocol", "chat"],
      ["Sec-WebSocket-Extensions", "permessage-deflate"],
    ]);
  });

  test.each(["other", "", "chat\r\nSet-Cookie: a=b", "Chat"])(
    "can't name a subprotocol that was not offered: %j",
    (subprotocol) => {
      expect(() => acceptHeaders(upgrade, { subprotocol }, sha1)).toThrow(TypeError);
    },
  );

  test.each(["", "a\r\nSet-Cookie: a=b", "a;"])(
    "can't have malformed extensions: %j",
    (extensions) => {
      expect(() => acceptHeaders(upgrade, { extensions }, sha1)).toThrow(TypeError);
    },
  );
});
