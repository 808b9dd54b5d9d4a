import { describe, expect, test } from "vitest";
import { HttpHeaders } from "../../../../src/http/headers.ts";
import { readUpgrade, type Upgrade } from "../../../../src/protocol/handshake/read-upgrade.ts";
import type { Refusal } from "../../../../src/protocol/handshake/refusal.ts";

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

const FIELDS: [name: string, value: string][] = [
  ["Host", "example.com"],
  ["Upgrade", "websocket"],
  ["Connection", "Upgrade"],
  ["Sec-WebSocket-Key", KEY],
  ["Sec-WebSocket-Version", "13"],
];

interface Changes {
  method?: string;
  httpVersion?: string;
  without?: string;
  with?: [name: string, value: string][];
}

/** Reads a good request with changes. `with` replaces the fields of the same names. */
function read(changes: Changes = {}): Upgrade | Refusal {
  const { method = "GET", httpVersion = "1.1", without, with: others = [] } = changes;
  const replaced = new Set(others.map(([name]) => name.toLowerCase()));
  const fields = FIELDS.filter(([name]) => name !== without && !replaced.has(name.toLowerCase()));
  return readUpgrade({
    method,
    httpVersion,
    headers: new HttpHeaders([...fields, ...others].flat()),
  });
}

function statusOf(changes: Changes): number {
  const result = read(changes);
  return "status" in result ? result.status : 101;
}

describe("a request is accepted", () => {
  test("as in RFC 6455 section 1.3", () => {
    expect(read()).toEqual({ key: KEY, subprotocols: [], extensions: [] });
  });

  test("with names and tokens in any case, in lists, in several fields", () => {
    const fields: [string, string][] = [
      ["UPGRADE", "h2c, WebSocket"],
      ["connection", "keep-alive"],
      ["Connection", "foo, upgrade"],
    ];
    expect(statusOf({ with: fields })).toBe(101);
  });

  test("with subprotocols and extensions in order", () => {
    const result = read({
      with: [
        ["Sec-WebSocket-Protocol", "chat, superchat"],
        ["Sec-WebSocket-Protocol", "__proto__"],
        ["Sec-WebSocket-Extensions", "foo; a=1"],
        ["Sec-WebSocket-Extensions", "constructor"],
      ],
    });
    expect(result).toMatchObject({
      subprotocols: ["chat", "superchat", "__proto__"],
      extensions: [
        { name: "foo", parameters: [["a", "1"]] },
        { name: "constructor", parameters: [] },
      ],
    });
  });

  test("with fields named like what every object has", () => {
    expect(
      statusOf({
        with: [
          ["__proto__", "1"],
          ["constructor", "2"],
          ["toString", ""],
        ],
      }),
    ).toBe(101);
  });
});

describe("a request is refused with", () => {
  test.each(["POST", "HEAD", "CONNECT", "get"])("405 for the method %s", (method) => {
    expect(read({ method })).toMatchObject({ status: 405, headers: [["Allow", "GET"]] });
  });

  test.each(["1.0", "0.9", "2.0"])("505 for HTTP/%s", (httpVersion) => {
    expect(read({ httpVersion })).toMatchObject({ status: 505, headers: [] });
  });

  test.each<Changes>([
    { without: "Upgrade" },
    { without: "Connection" },
    { with: [["Upgrade", "h2c"]] },
    { with: [["Upgrade", "websocket2"]] },
    { with: [["Connection", "keep-alive"]] },
    { with: [["Connection", ""]] },
  ])("426 for a request that asks for no WebSocket: %j", (changes) => {
    expect(read(changes)).toMatchObject({
      status: 426,
      headers: [
        ["Upgrade", "websocket"],
        ["Connection", "Upgrade"],
        ["Sec-WebSocket-Version", "13"],
      ],
    });
  });

  test.each<Changes>([
    { without: "Sec-WebSocket-Version" },
    { with: [["Sec-WebSocket-Version", "8"]] },
    { with: [["Sec-WebSocket-Version", "13, 8"]] },
    {
      with: [
        ["Sec-WebSocket-Version", "13"],
        ["Sec-WebSocket-Version", "13"],
      ],
    },
    { with: [["Sec-WebSocket-Version", ""]] },
  ])("426 for another version: %j", (changes) => {
    const refusal = read(changes) as Refusal;
    expect(refusal.status).toBe(426);
    expect(refusal.headers).toContainEqual(["Sec-WebSocket-Version", "13"]);
  });

  test.each<Changes>([
    { without: "Host" },
    {
      with: [
        ["Host", "a"],
        ["Host", "a"],
      ],
    },
    { without: "Sec-WebSocket-Key" },
    { with: [["Sec-WebSocket-Key", ""]] },
    { with: [["Sec-WebSocket-Key", "garbage"]] },
    {
      with: [
        ["Sec-WebSocket-Key", KEY],
        ["Sec-WebSocket-Key", KEY],
      ],
    },
    { with: [["Sec-WebSocket-Protocol", ""]] },
    { with: [["Sec-WebSocket-Protocol", "a b"]] },
    { with: [["Sec-WebSocket-Protocol", "chat, chat"]] },
    { with: [["Sec-WebSocket-Extensions", ""]] },
    { with: [["Sec-WebSocket-Extensions", "foo;"]] },
    { with: [["Sec-WebSocket-Extensions", 'foo; a="']] },
  ])("400 for %j", (changes) => {
    expect(read(changes)).toMatchObject({ status: 400, headers: [] });
  });

  test("431 for more than 128 fields", () => {
    const extra = (count: number): [string, string][] =>
      Array.from({ length: count }, (_, at) => [`X-${at}`, ""]);
    expect(statusOf({ with: extra(123) })).toBe(101);
    expect(statusOf({ with: extra(124) })).toBe(431);
    // Node drops what is beyond its limit, so that nothing else may be there.
    const raw = extra(2500).flat();
    expect(
      readUpgrade({ method: "GET", httpVersion: "1.1", headers: new HttpHeaders(raw) }),
    ).toMatchObject({
      status: 431,
    });
  });

  test("431 for more than 16 KiB of fields", () => {
    const size = FIELDS.flat().join("").length + FIELDS.length * 4;
    const room = 16 * 1024 - size - 4 - "X".length;
    expect(statusOf({ with: [["X", "a".repeat(room)]] })).toBe(101);
    expect(statusOf({ with: [["X", "a".repeat(room + 1)]] })).toBe(431);
  });
});

test("every refusal says why in one line", () => {
  const refusals = [
    read({ method: "POST" }),
    read({ httpVersion: "1.0" }),
    read({ without: "Upgrade" }),
    read({ without: "Host" }),
    read({ without: "Sec-WebSocket-Version" }),
    read({ without: "Sec-WebSocket-Key" }),
    read({ with: [["Sec-WebSocket-Protocol", ""]] }),
    read({ with: [["Sec-WebSocket-Extensions", ""]] }),
  ] as Refusal[];
  for (const { message } of refusals) expect(message).toMatch(/^[A-Z][^\n]+\.?$/);
  expect(new Set(refusals.map(({ message }) => message)).size).toBe(refusals.length);
});

test("a body, whose bytes would be taken for frames, is refused: 400", () => {
  expect(statusOf({ with: [["Content-Length", "5"]] })).toBe(400);
  expect(statusOf({ with: [["Transfer-Encoding", "chunked"]] })).toBe(400);
  expect(statusOf({ with: [["Content-Length", "0"]] })).toBe(101);
});
