import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";

import { allocate, nodePlatform, sha1 } from "../../../src/node/platform.ts";

describe("memory", () => {
  test("of a small message pins 8 KiB at most", () => {
    const buffers = Array.from({ length: 100 }, (_, size) => allocate(size));
    for (const { buffer } of buffers) expect(buffer.byteLength).toBeLessThanOrEqual(8 * 1024);
  });

  test("of a larger one pins just itself", () => {
    for (const size of [1025, 10_000, 100_000]) {
      expect(allocate(size).buffer.byteLength).toBe(size);
    }
  });

  test("is nobody else's, and aligned", () => {
    const buffers = Array.from({ length: 2000 }, (_, i) => allocate(i % 33).fill(i % 256));
    buffers.forEach((buffer, i) => {
      expect(buffer.every((byte) => byte === i % 256)).toBe(true);
      expect(buffer.byteOffset % 8).toBe(0);
    });
  });

  test("is a Buffer of the size that was asked for", () => {
    for (const size of [0, 1, 1024, 1025]) {
      expect(Buffer.isBuffer(allocate(size))).toBe(true);
      expect(allocate(size).length).toBe(size);
    }
  });
});

describe("a copy", () => {
  test("is a Buffer as any other, and nobody else's", () => {
    const bytes = Buffer.from(Array.from({ length: 2000 }, (_, index) => index % 251));
    for (const size of [0, 1, 3, 64, 65, 1000, 1900]) {
      const copy = nodePlatform.copy?.(bytes, 7, 7 + size) as Uint8Array;
      expect(copy).toStrictEqual(Buffer.from(bytes.subarray(7, 7 + size)));
      expect(copy.buffer).not.toBe(bytes.buffer);
    }
  });
});

describe("text", () => {
  test.each(["", "ascii", "é€😀", "\ufeffwith a byte-order mark", "x".repeat(5000) + "é"])(
    "%s is encoded and decoded as it is",
    (text) => {
      const bytes = nodePlatform.encodeUtf8(text);
      expect(Buffer.from(text).equals(bytes)).toBe(true);
      expect(nodePlatform.decodeUtf8(bytes, 0, bytes.length)).toBe(text);
    },
  );

  test("of any kind is encoded as by the standard encoder, lone surrogates included", () => {
    const encoder = new TextEncoder();
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.array(fc.nat(0xffff)), (text, units) => {
        for (const each of [text, String.fromCharCode(...units)]) {
          expect(Buffer.compare(nodePlatform.encodeUtf8(each), encoder.encode(each))).toBe(0);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("is decoded from a part of any Uint8Array", () => {
    const bytes = new Uint8Array(Buffer.from("..é.."));
    expect(nodePlatform.decodeUtf8(bytes, 2, 4)).toBe("é");
    expect(nodePlatform.decodeUtf8(bytes.subarray(1), 1, 3)).toBe("é");
  });
});

test("text needs none of Node's undocumented methods", async () => {
  const methods = ["utf8Slice", "utf8Write"].map(
    (name) => [name, Object.getOwnPropertyDescriptor(Buffer.prototype, name)!] as const,
  );
  try {
    for (const [name] of methods) {
      Object.defineProperty(Buffer.prototype, name, { value: undefined, configurable: true });
    }
    vi.resetModules();
    const fresh = (await import("../../../src/node/platform.ts")).nodePlatform;
    for (const [name, method] of methods) Object.defineProperty(Buffer.prototype, name, method);
    for (const text of ["", "é€😀", "x".repeat(2000), "\ud800"]) {
      const bytes = fresh.encodeUtf8(text);
      expect(Buffer.from(text).equals(bytes)).toBe(true);
      expect(fresh.decodeUtf8(bytes, 0, bytes.length)).toBe(String(Buffer.from(text)));
    }
    expect(fresh.decodeUtf8(new Uint8Array(Buffer.from("..é..")), 2, 4)).toBe("é");
  } finally {
    for (const [name, method] of methods) Object.defineProperty(Buffer.prototype, name, method);
  }
});

describe("masking keys", () => {
  test("are unsigned 32-bit integers that don't repeat", () => {
    const keys = new Set(Array.from({ length: 10_000 }, () => nodePlatform.maskingKey()));
    for (const key of keys) expect(key).toBe(key >>> 0);
    // Among 10,000 random ones, one pair is the same in one of 80 runs, and three are in none.
    expect(keys.size).toBeGreaterThan(9_997);
  });

  test("use every bit", () => {
    let ones = 0;
    let zeros = 0;
    for (let i = 0; i < 200; i++) {
      const key = nodePlatform.maskingKey();
      ones |= key;
      zeros |= ~key;
    }
    expect([ones >>> 0, zeros >>> 0]).toEqual([0xffffffff, 0xffffffff]);
  });
});

test("sha1 is the hash of the handshake's example (RFC 6455 section 1.3)", () => {
  const input = Buffer.from("dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
  expect(Buffer.from(sha1(input)).toString("base64")).toBe("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
});
