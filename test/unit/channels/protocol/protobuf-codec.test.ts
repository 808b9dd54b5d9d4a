import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MalformedError } from "../../../../src/channels/protocol/codec.ts";
import { protobufCodec } from "../../../../src/channels/protocol/protobuf-codec.ts";
import { anyCommand, anyReply, bytes, hex } from "./support.ts";

/** Each message as it is on the wire, and what it means. */
const COMMANDS: [string, string, object][] = [
  ["a pong", "00", {}],
  ["an id alone", "02 0801", { id: 1 }],
  ["a connect", "04 0801 2200", { id: 1, connect: {} }],
  ["a ping", "04 0807 5a00", { id: 7, ping: {} }],
  [
    "a connect with a token and data",
    "0e 0801 220a 0a0361626312037b7d20",
    { id: 1, connect: { token: "abc", data: "{} " } },
  ],
  [
    "a subscribe with a position",
    "(0802 2a(0a026368 1801 320165 38ac02 4801))",
    {
      id: 2,
      subscribe: { channel: "ch", recover: true, epoch: "e", offset: 300, positioned: true },
    },
  ],
  [
    "a publish of JSON",
    "10 0803 3a0c 0a016312077b2261223a317d",
    { id: 3, publish: { channel: "c", data: '{"a":1}' } },
  ],
  [
    "a publish of bytes",
    "0b 0803 3a07 0a01631202ff00",
    { id: 3, publish: { channel: "c", data: new Uint8Array([255, 0]) } },
  ],
  [
    "a history of everything: int32 -1 takes ten bytes",
    "(0804 52(0a0163 38ffffffffffffffffff01 42020803 4801))",
    { id: 4, history: { channel: "c", limit: -1, since: { offset: 3 }, reverse: true } },
  ],
  [
    "headers: a map",
    "(0801 22(32(0a0161 120474657874)))",
    { id: 1, connect: { headers: new Map([["a", "text"]]) } },
  ],
  [
    "the largest offset",
    "(2a(38ffffffffffffff0f 1801))",
    { subscribe: { offset: Number.MAX_SAFE_INTEGER, recover: true } },
  ],
  ["an rpc", "(0805 6a(12016d 0a00))", { id: 5, rpc: { method: "m" } }],
];

describe("commands", () => {
  test.each(COMMANDS)("%s", (_, wire, expected) => {
    expect(protobufCodec.decodeCommands(bytes(wire))).toEqual([expected]);
  });

  test("several in a frame", () => {
    expect(protobufCodec.decodeCommands(bytes("04 0801 2200 00 02 0802"))).toEqual([
      { id: 1, connect: {} },
      {},
      { id: 2 },
    ]);
    expect(protobufCodec.decodeCommands(bytes(""))).toEqual([]);
  });

  test("are written like that", () => {
    const written = (command: object): string =>
      hex(protobufCodec.encodeCommands([command]) as Uint8Array);
    expect(written({})).toBe("00");
    expect(written({ id: 0, connect: { token: "", data: undefined } })).toBe("022200");
    expect(written({ id: 4, history: { channel: "c", limit: -1 } })).toBe(
      "120804520e0a016338ffffffffffffffffff01",
    );
    expect(written({ id: 3, publish: { channel: "c", data: new Uint8Array([255, 0]) } })).toBe(
      "0b08033a070a01631202ff00",
    );
  });

  test("fields that are not known are skipped, whatever they are", () => {
    const unknown = "f00501 f105 0102030405060708 f205 02ffff f505 01020304";
    expect(protobufCodec.decodeCommands(bytes(`(0801 ${unknown})`))).toEqual([{ id: 1 }]);
  });

  test("of a field that comes twice the last one counts", () => {
    expect(protobufCodec.decodeCommands(bytes("04 0801 0802"))).toEqual([{ id: 2 }]);
    const [command] = protobufCodec.decodeCommands(bytes("(3a(120131) 3a(0a0163 1200))"));
    expect(command).toEqual({ publish: { channel: "c" } });
  });

  test("an entry of a map may lack either field", () => {
    const [command] = protobufCodec.decodeCommands(bytes("(22(1a00 1a(0a0161) 3200))"));
    expect(command).toEqual({
      connect: {
        subs: new Map([
          ["", {}],
          ["a", {}],
        ]),
        headers: new Map([["", ""]]),
      },
    });
  });

  test("names of Object.prototype are names", () => {
    const [command] = protobufCodec.decodeCommands(
      bytes("(22(32(0a(5f5f70726f746f5f5f) 1202 6869)))"),
    );
    expect(command).toEqual({ connect: { headers: new Map([["__proto__", "hi"]]) } });
  });
});

describe("data", () => {
  const decode = (data: Uint8Array): unknown => {
    const frame = protobufCodec.encodeCommands([{ send: { data } }]);
    return protobufCodec.decodeCommands(frame)[0]?.send?.data;
  };

  test.each([
    '{"big":12345678901234567890}',
    ' [1.0, "ä"]\n',
    "null",
    "1e400",
    '"\u{1f44b}"',
    `"${"long ".repeat(1000)}"`,
    `"${"a\u{1f44b}ä\u20ac".repeat(1000)}"`,
  ])("JSON is text (%#)", (text) => {
    expect(decode(new TextEncoder().encode(text))).toBe(text);
  });

  test.each(["{", "hello", "ff", "22ff22", "7b00", "efbbbf7b7d", "31 32"])(
    "what is no JSON stays bytes: %s",
    (text) => {
      const data = /^[0-9a-f]+$/.test(text) ? bytes(text) : new TextEncoder().encode(text);
      expect(decode(data)).toEqual(data);
    },
  );

  test("JSON that is nested too deeply for other parsers stays bytes", () => {
    const nested = (depth: number): Uint8Array =>
      new TextEncoder().encode("[".repeat(depth) + "]".repeat(depth));
    expect(decode(nested(512))).toBeTypeOf("string");
    expect(decode(nested(513))).toBeInstanceOf(Uint8Array);
    expect(decode(nested(500_000))).toBeInstanceOf(Uint8Array);
  });

  test("bytes are copied, so that they don't hold on to what they came in", () => {
    const frame = bytes("06 6204 0a02 ff00");
    const data = protobufCodec.decodeCommands(frame)[0]?.send?.data as Uint8Array;
    frame.fill(0);
    expect(data).toEqual(new Uint8Array([255, 0]));
    expect(data.buffer.byteLength).toBe(2);
  });
});

describe("what is malformed", () => {
  test.each([
    ["a length without a message", "05", "cut off"],
    ["a length that is cut off", "80", "cut off"],
    ["a message that is cut off", "03 0801", "cut off"],
    ["a length of 2^53", "8080808080808010 0801", "too large"],
    ["a length of nearly 2^53", "ffffffffffffff0f 0801", "cut off"],
    ["a number that is cut off", "(0880)", "cut off"],
    ["a number of eleven bytes", "(08 8080808080808080808001)", "more than 64 bits"],
    ["a number of 65 bits", "(08 ffffffffffffffffff02)", "more than 64 bits"],
    ["an id above 32 bits", "(08 8080808010)", "too large"],
    ["an offset of 2^53", "(2a(38 8080808080808010))", "too large"],
    ["a flag below -2^53", "(2a(70 ffffffffffffffef ff01))", "too large"],
    ["a limit below -2^31", "(52(38 fffffffff7ffffffff01))", "too large"],
    ["a limit of 2^31", "(52(38 8080808008))", "too large"],
    ["a string that is not UTF-8", "(2a(0a01ff))", "not UTF-8"],
    ["a long string that is not", `(2a(0a(c0af ${"61".repeat(32)})))`, "not UTF-8"],
    ["a surrogate", "(2a(0a03 eda080))", "not UTF-8"],
    ["a field without a number", "(0001)", "without a number"],
    ["a tag above 32 bits", "(888080808001 01)", "too large"],
    ["a group", "(f305 f405)", "wire type that there is not"],
    ["the wire type 6", "(f605)", "wire type that there is not"],
    ["an unknown field that is cut off", "(f10500)", "cut off"],
    ["an unknown field longer than the message", "(f205 05ff) ffffffff", "cut off"],
    ["an id that is bytes", "(0a0131)", "wire type that the field"],
    ["a connect that is a number", "(2001)", "wire type that the field"],
  ])("%s", (_, frame, message) => {
    const decode = (): unknown => protobufCodec.decodeCommands(bytes(frame));
    expect(decode).toThrow(MalformedError);
    expect(decode).toThrow(message);
  });

  test("a text frame", () => {
    expect(() => protobufCodec.decodeCommands("{}")).toThrow(MalformedError);
  });

  test("nothing else is ever thrown", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (frame) => {
        for (const decode of [protobufCodec.decodeCommands, protobufCodec.decodeReplies]) {
          try {
            decode(frame);
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedError);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test("nor for a good frame with a byte that is not", () => {
    fc.assert(
      fc.property(anyCommand, fc.nat(), fc.nat(255), (command, place, byte) => {
        const frame = protobufCodec.encodeCommands([command]) as Uint8Array;
        frame[place % frame.length] = byte;
        try {
          protobufCodec.decodeCommands(frame);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedError);
        }
      }),
      { numRuns: 300 },
    );
  });
});

test("messages without anything in them take no memory of their own", () => {
  const [first, second] = protobufCodec.decodeCommands(new Uint8Array(2));
  expect(first).toBe(second);
});

test("what is written is read", () => {
  fc.assert(
    fc.property(fc.array(anyCommand), fc.array(anyReply), (commands, replies) => {
      const { decodeCommands, encodeCommands, decodeReplies, encodeReplies } = protobufCodec;
      expect(decodeCommands(encodeCommands(commands))).toEqual(commands);
      expect(decodeReplies(encodeReplies(replies))).toEqual(replies);
    }),
  );
});
