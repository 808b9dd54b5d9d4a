import { describe, expect, test } from "vitest";

import { InputError, readBytes, readMessage, showMessage } from "../../../src/cli/payload.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

describe("readBytes", () => {
  test.each([
    ["", ""],
    ["00ff10", "00ff10"],
    [" 00 FF:10 ", "00ff10"],
    ["base64:AP8Q", "00ff10"],
    ["base64: AP8=", "00ff"],
    ["base64:AP8", "00ff"],
    ["base64:-_-_", "fbffbf"],
    ["base64:+/+/", "fbffbf"],
    ["base64:", ""],
  ])("reads %j as %s", (text, bytes) => {
    expect(hex(readBytes(text))).toBe(bytes);
  });

  test.each([
    ["xyz", "it is neither hexadecimal nor base64: and what follows it"],
    ["0", "it has an odd number of hexadecimal digits"],
    ["00 f", "it has an odd number of hexadecimal digits"],
    ["base64:A", "it is no base64"],
    ["base64:AAAAA", "it is no base64"],
    ["base64:+/-_", "it is no base64"],
    ["base64:A===", "it is no base64"],
    ["base64:AA*A", "it is no base64"],
  ])("refuses %j", (text, message) => {
    expect(() => readBytes(text)).toThrow(new InputError(message));
  });
});

describe("readMessage", () => {
  test("takes text as it is", () => {
    expect(readMessage("text", " {a ")).toBe(" {a ");
  });

  test("makes JSON compact", () => {
    expect(readMessage("json", '{ "a" : 1 }')).toBe('{"a":1}');
  });

  test("refuses what is no JSON, made harmless", () => {
    expect(() => readMessage("json", "\x1b[2J")).toThrow(InputError);
    expect(() => readMessage("json", "\x1b[2J")).toThrow(/^it is no JSON: .*\\x1b/);
  });

  test("reads bytes in binary mode", () => {
    expect(hex(readMessage("binary", "0102") as Uint8Array)).toBe("0102");
  });
});

describe("showMessage", () => {
  const bytes = Uint8Array.of(1, 0xff);

  test.each([
    ["text", "a\x1bb", "a\\x1bb"],
    ["text", bytes, "[binary, 2 bytes] 01ff"],
    ["text", Uint8Array.of(7), "[binary, 1 byte] 07"],
    ["binary", bytes, "01ff"],
    ["binary", "a\x1bb", "[text] a\\x1bb"],
    ["json", '{"a":[]}', '{\n  "a": []\n}'],
    ["json", '"\x9b\u202e"', '"\\u009b\\u202e"'],
    ["json", "a\x1bb", "[not JSON] a\\x1bb"],
    ["json", bytes, "[binary, 2 bytes] 01ff"],
  ] as const)("in %s mode, shows %j", (mode, message, shown) => {
    expect(showMessage(mode, message)).toBe(shown);
  });
});
