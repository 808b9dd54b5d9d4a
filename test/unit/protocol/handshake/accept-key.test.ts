import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { acceptKey, isKey } from "../../../../src/protocol/handshake/accept-key.ts";

const sha1 = (data: Uint8Array): Uint8Array => createHash("sha1").update(data).digest();

test("proves that the key of RFC 6455 section 1.3 was read", () => {
  expect(acceptKey("dGhlIHNhbXBsZSBub25jZQ==", sha1)).toBe("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
});

test.each([
  ["dGhlIHNhbXBsZSBub25jZQ==", true],
  ["++//++//++//++//++//+w==", true],
  ["", false],
  ["dGhlIHNhbXBsZSBub25jZQ=", false],
  ["dGhlIHNhbXBsZSBub25jZQ===", false],
  ["dGhlIHNhbXBsZSBub25jZWU=", false],
  ["dGhlIHNhbXBsZSBub25j ZQ==", false],
  ["dGhlIHNhbXBsZSBub25-_Q==", false],
  ["dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ==", false],
])("%j is a key: %s", (key, expected) => {
  expect(isKey(key)).toBe(expected);
});
