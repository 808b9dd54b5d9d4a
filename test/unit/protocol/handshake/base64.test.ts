import { expect, test } from "vitest";
import { encodeBase64 } from "../../../../src/protocol/handshake/base64.ts";

test.each([
  ["", ""],
  ["f", "Zg=="],
  ["fo", "Zm8="],
  ["foo", "Zm9v"],
  ["foob", "Zm9vYg=="],
  ["fooba", "Zm9vYmE="],
  ["foobar", "Zm9vYmFy"],
])("encodes %j as RFC 4648 section 10 does", (text, expected) => {
  expect(encodeBase64(Buffer.from(text))).toBe(expected);
});

test("encodes every byte", () => {
  const data = Buffer.from(Array.from({ length: 256 }, (_, at) => 255 - at));
  expect(encodeBase64(data)).toBe(data.toString("base64"));
});
