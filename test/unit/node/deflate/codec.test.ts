import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";

import { LEND_LIMIT } from "../../../../src/connection/transport.ts";
import {
  compressOnce,
  createCodec,
  readCompression,
  supportsContextTakeover,
} from "../../../../src/node/deflate/codec.ts";
import type { DeflateCodec } from "../../../../src/node/deflate/codec.ts";

const plain = {
  serverContextTakeover: false,
  clientContextTakeover: false,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};

afterEach(() => {
  vi.doUnmock("../../../../src/node/deflate/zlib-handle.ts");
  vi.resetModules();
});

async function roundTrip(
  from: DeflateCodec,
  to: DeflateCodec,
  message: Uint8Array,
): Promise<number> {
  const compressed = await from.compress(message);
  const { length } = compressed;
  const inflated = await to.decompress(Uint8Array.from(compressed), message.length);
  expect(Buffer.compare(message, inflated)).toBe(0);
  return length;
}

describe("messages come through", () => {
  test.each([
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ])(
    "both ways, with context takeover by the server: %s, by the client: %s",
    async (serverContextTakeover, clientContextTakeover) => {
      for (const bits of [8, 9, 12, 15]) {
        const parameters = {
          serverContextTakeover,
          clientContextTakeover,
          serverMaxWindowBits: bits,
          clientMaxWindowBits: 23 - bits,
        };
        const server = createCodec("server", parameters, {});
        const client = createCodec("client", parameters, {});
        const message = Buffer.from("The quick brown fox jumps over the lazy dog");
        for (const [from, to, keeps] of [
          [server, client, serverContextTakeover],
          [client, server, clientContextTakeover],
        ] as const) {
          const first = await roundTrip(from, to, message);
          await roundTrip(from, to, Buffer.alloc(0));
          const again = await roundTrip(from, to, message);
          // A window of 256 bytes has no references.
          const isShorter = keeps && (from === server ? bits : 23 - bits) > 8;
          expect(again < first).toBe(isShorter);
          await roundTrip(from, to, Buffer.alloc(LEND_LIMIT + 1, "large"));
          await roundTrip(from, to, message);
        }
        server.close();
        client.close();
      }
    },
  );

  test("whatever they are, at any level", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 2000 }), { maxLength: 5 }),
        fc.boolean(),
        fc.integer({ min: 0, max: 9 }),
        async (messages, keeps, level) => {
          const parameters = { ...plain, serverContextTakeover: keeps };
          const server = createCodec("server", parameters, { level });
          const client = createCodec("client", parameters, {});
          for (const message of messages) await roundTrip(server, client, message);
          server.close();
          client.close();
        },
      ),
      { numRuns: 50 },
    );
  });

  test("where nothing but public functions is there, without context takeover", async () => {
    vi.resetModules();
    vi.doMock("../../../../src/node/deflate/zlib-handle.ts", () => ({
      hasZlibHandle: () => false,
    }));
    const fresh = await import("../../../../src/node/deflate/codec.ts");
    expect(fresh.supportsContextTakeover()).toBe(false);
    expect(fresh.readCompression({ level: 1, clientContextTakeover: true })).toEqual({
      level: 1,
      serverContextTakeover: false,
      clientContextTakeover: false,
    });
    const server = fresh.createCodec("server", plain, {});
    const client = fresh.createCodec("client", { ...plain, clientContextTakeover: true }, {});
    for (const size of [0, 100, 10_000, LEND_LIMIT + 1]) {
      await roundTrip(server, client, Buffer.alloc(size, "text "));
      await roundTrip(client, server, Buffer.alloc(size, "text "));
    }
    const keeping = { ...plain, serverContextTakeover: true };
    expect(() => fresh.createCodec("client", keeping, {})).toThrow("context takeover");
  });
});

test("context takeover is there", () => {
  expect(supportsContextTakeover()).toBe(true);
});

test("an empty payload, which no compressor makes, is an empty message", () => {
  const codec = createCodec("server", { ...plain, clientContextTakeover: true }, {});
  expect(codec.decompress(Buffer.alloc(0), 10)).toEqual(Buffer.alloc(0));
});

test("takes no memory before its first message", () => {
  const parameters = { ...plain, serverContextTakeover: true, clientContextTakeover: true };
  const before = process.memoryUsage();
  const codecs = Array.from({ length: 1000 }, () => createCodec("server", parameters, {}));
  const after = process.memoryUsage();
  expect(after.external - before.external).toBeLessThan(100_000);
  for (const codec of codecs) codec.close();
});

test("has a key that says whose compressed messages are the same", () => {
  const key = createCodec("server", plain, {}).sharedKey;
  expect(key).toBeDefined();
  expect(createCodec("server", { ...plain, clientContextTakeover: true }, {}).sharedKey).toBe(key);
  expect(createCodec("server", plain, { level: 1 }).sharedKey).not.toBe(key);
  const keeping = { ...plain, serverContextTakeover: true };
  expect(createCodec("server", keeping, {}).sharedKey).toBeUndefined();
});

test("compresses a message once for all who share the key, if asked to", async () => {
  const message = Buffer.alloc(LEND_LIMIT + 1, "once ");
  const [a, b] = [1, 2].map(() => createCodec("server", plain, {}));
  expect(a?.compress(message)).not.toBe(b?.compress(message));
  compressOnce(message);
  compressOnce(message);
  const compressed = a?.compress(message);
  expect(b?.compress(message)).toBe(compressed);
  const other = createCodec("server", plain, { level: 1 });
  expect(other.compress(message)).not.toBe(compressed);
  const client = createCodec("client", plain, {});
  await roundTrip(a!, client, message);
});

test("rejects after it was closed, and closing it again is harmless", async () => {
  const codec = createCodec("server", { ...plain, serverContextTakeover: true }, {});
  void codec.compress(Buffer.from("a"));
  codec.close();
  codec.close();
  await expect(codec.compress(Buffer.from("a"))).rejects.toThrow("closed");
  await expect(codec.decompress(Buffer.from("a"), 1)).rejects.toThrow("closed");
});

describe("options", () => {
  test("that zlib would refuse are refused at once", () => {
    for (const options of [
      { threshold: -1 },
      { threshold: NaN },
      { level: 10 },
      { level: -1 },
      { level: 1.5 },
      { memLevel: 0 },
      { memLevel: 10 },
      { serverMaxWindowBits: 7 },
      { clientMaxWindowBits: 16 },
    ]) {
      expect(() => readCompression(options), JSON.stringify(options)).toThrow(RangeError);
    }
  });

  test("that make sense are taken", () => {
    const options = { threshold: 0, level: 9, memLevel: 1, serverMaxWindowBits: 8 };
    expect(readCompression(options)).toBe(options);
    expect(readCompression(true)).toEqual({});
    expect(readCompression(false)).toBeUndefined();
    const keeping = { serverContextTakeover: true, clientContextTakeover: true };
    expect(readCompression(keeping)).toBe(keeping);
    expect(createCodec("server", plain, options).threshold).toBe(0);
    expect(createCodec("server", plain, {}).threshold).toBe(1024);
  });
});
