import { describe, expect, test } from "vitest";
import {
  announceable,
  decodeRequest,
  decodeResponse,
  encodeGreeting,
  encodeRefusal,
  Refusal,
} from "../../../../src/wamp/rawsocket/handshake.ts";

describe("the handshake of RawSocket", () => {
  test.each([
    [512, 1, [0x7f, 0x01, 0, 0]],
    [2 ** 20, 2, [0x7f, 0xb2, 0, 0]],
    [2 ** 24, 3, [0x7f, 0xf3, 0, 0]],
  ])("says %i bytes and serializer %i", (maxLength, serializer, bytes) => {
    expect([...encodeGreeting({ maxLength, serializer })]).toEqual(bytes);
    expect(decodeRequest(Uint8Array.from(bytes))).toEqual({ maxLength, serializer });
    expect(decodeResponse(Uint8Array.from(bytes))).toEqual({ maxLength, serializer });
  });

  test("announces the power of two below a limit", () => {
    expect([512, 513, 1_000_000, 2 ** 20, 2 ** 24].map(announceable)).toEqual([
      512,
      512,
      2 ** 19,
      2 ** 20,
      2 ** 24,
    ]);
  });

  test.each([
    [Refusal.SerializerUnsupported, 0x10, "the router has no such serializer"],
    [Refusal.LengthUnacceptable, 0x20, "the router does not accept that length of messages"],
    [Refusal.ReservedBits, 0x30, "the router knows no such bits"],
    [Refusal.TooManyConnections, 0x40, "the router has too many connections"],
  ])("refuses with error %i", (code, second, text) => {
    expect([...encodeRefusal(code)]).toEqual([0x7f, second, 0, 0]);
    expect(decodeResponse(encodeRefusal(code))).toBe(text);
  });

  test("an error that nobody knows is one, too", () => {
    expect(decodeResponse(Uint8Array.of(0x7f, 0xe0, 0, 0))).toBe("the router refused with 14");
  });

  test.each([
    ["nothing", []],
    ["too little", [0x7f, 0xf1, 0]],
    ["HTTP", [0x47, 0x45, 0x54, 0x20]],
  ])("%s is no greeting", (_, bytes) => {
    expect(decodeRequest(Uint8Array.from(bytes))).toBeUndefined();
    expect(decodeResponse(Uint8Array.from(bytes))).toBe("this is no RawSocket");
  });

  test.each([
    [1, 0],
    [0, 1],
  ])("the last two bytes are reserved (%i, %i)", (third, fourth) => {
    const bytes = Uint8Array.of(0x7f, 0xf1, third, fourth);
    expect(decodeRequest(bytes)).toBe(Refusal.ReservedBits);
    expect(decodeResponse(bytes)).toBe("the router set bits that are reserved");
  });

  test("0 is no serializer", () => {
    expect(decodeRequest(Uint8Array.of(0x7f, 0xf0, 0, 0))).toBe(Refusal.SerializerUnsupported);
  });
});
