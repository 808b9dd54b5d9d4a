import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { HandshakeError } from "../../../../src/errors.ts";
import { HttpHeaders } from "../../../../src/http/headers.ts";
import {
  type Acceptance,
  type OfferedUpgrade,
  verifyAcceptance,
} from "../../../../src/protocol/handshake/verify-acceptance.ts";

const sha1 = (data: Uint8Array): Uint8Array => createHash("sha1").update(data).digest();

const FIELDS: [name: string, value: string][] = [
  ["Upgrade", "websocket"],
  ["Connection", "Upgrade"],
  ["Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="],
];

const REQUEST: OfferedUpgrade = { key: "dGhlIHNhbXBsZSBub25jZQ==", subprotocols: ["a", "b"] };

interface Changes {
  status?: number;
  without?: string;
  with?: [name: string, value: string][];
  request?: Partial<OfferedUpgrade>;
}

/** Verifies a good response with changes. `with` replaces the fields of the same names. */
function verify(changes: Changes = {}): Acceptance {
  const { status = 101, without, with: others = [], request } = changes;
  const replaced = new Set(others.map(([name]) => name));
  const fields = FIELDS.filter(([name]) => name !== without && !replaced.has(name));
  const headers = new HttpHeaders([...fields, ...others].flat());
  return verifyAcceptance({ status, headers }, { ...REQUEST, ...request }, sha1);
}

describe("a response is accepted", () => {
  test("that is plain", () => {
    expect(verify()).toEqual({ subprotocol: undefined, deflate: undefined });
  });

  test("with names and tokens in any case", () => {
    const fields: [string, string][] = [
      ["Upgrade", "WebSocket"],
      ["Connection", "keep-alive, UPGRADE"],
    ];
    expect(verify({ with: fields }).subprotocol).toBeUndefined();
  });

  test("with a subprotocol that was offered", () => {
    expect(verify({ with: [["Sec-WebSocket-Protocol", "b"]] }).subprotocol).toBe("b");
  });

  test("with compression, or without it though it was offered", () => {
    const request = { deflate: { clientContextTakeover: true } };
    expect(verify({ request }).deflate).toBeUndefined();
    const value = "permessage-deflate; server_no_context_takeover; client_max_window_bits=9";
    expect(verify({ request, with: [["Sec-WebSocket-Extensions", value]] }).deflate).toEqual({
      serverContextTakeover: false,
      clientContextTakeover: true,
      serverMaxWindowBits: 15,
      clientMaxWindowBits: 9,
    });
  });
});

describe("a response is refused", () => {
  test.each<[Changes, string]>([
    [{ status: 200 }, "the server refused the connection with status 200"],
    [{ status: 403 }, "the server refused the connection with status 403"],
    [{ without: "Upgrade" }, "the server upgraded to something else"],
    [{ with: [["Upgrade", "h2c"]] }, "the server upgraded to something else"],
    [{ without: "Connection" }, "the server did not upgrade"],
    [{ with: [["Connection", "close"]] }, "the server did not upgrade"],
    [
      { without: "Sec-WebSocket-Accept" },
      "the server did not prove that it understood the handshake",
    ],
    [
      { with: [["Sec-WebSocket-Accept", "S3pPLMBiTxaQ9kYGzzhZRbK+xOo="]] },
      "the server did not prove that it understood the handshake",
    ],
    [
      { with: [FIELDS[2]!, FIELDS[2]!] },
      "the server did not prove that it understood the handshake",
    ],
    [
      { with: [["Sec-WebSocket-Protocol", "c"]] },
      "the server chose a subprotocol that was not offered",
    ],
    [
      { with: [["Sec-WebSocket-Protocol", "a, b"]] },
      "the server chose a subprotocol that was not offered",
    ],
    [
      { with: [["Sec-WebSocket-Protocol", "a"]], request: { subprotocols: [] } },
      "the server chose a subprotocol that was not offered",
    ],
    [{ with: [["Sec-WebSocket-Extensions", ";"]] }, "the server's extensions are malformed"],
    [
      { with: [["Sec-WebSocket-Extensions", "permessage-deflate"]] },
      "the server chose an extension that was not offered",
    ],
    [
      { with: [["Sec-WebSocket-Extensions", "foo"]], request: { deflate: {} } },
      "the server chose an extension that was not offered",
    ],
    [
      { with: [["Sec-WebSocket-Extensions", "permessage-deflate"]], request: { deflate: {} } },
      "the server's answer to permessage-deflate does not fit the offer",
    ],
    [
      { with: Array.from({ length: 2500 }, (_, at) => [`X-${at}`, ""]) },
      "the server sent too many header fields",
    ],
  ])("%j", (changes, message) => {
    expect(() => verify(changes)).toThrow(message);
  });

  test("with an error that shows it", () => {
    for (const changes of [
      { status: 418 },
      {
        with: [["Sec-WebSocket-Extensions", "foo"]] satisfies [string, string][],
        request: { deflate: {} },
      },
    ]) {
      let error: unknown;
      try {
        verify(changes);
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toBeInstanceOf(HandshakeError);
      const { status, headers } = error as HandshakeError;
      expect(status).toBe(changes.status ?? 101);
      expect(headers?.get("upgrade")).toBe("websocket");
    }
  });
});
