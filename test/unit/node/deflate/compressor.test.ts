import { constants, deflateRawSync, inflateRawSync } from "node:zlib";

import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { LEND_LIMIT } from "../../../../src/connection/transport.ts";
import {
  dedicatedCompressor,
  keyOf,
  sharedCompressor,
} from "../../../../src/node/deflate/compressor.ts";
import type { Compressor } from "../../../../src/node/deflate/compressor.ts";
import { ZlibHandle } from "../../../../src/node/deflate/zlib-handle.ts";

const settings = { windowBits: 15, level: 6, memLevel: 8 };

function inflate(...compressed: Uint8Array[]): Buffer {
  const tail = Buffer.from("0000ffff", "hex");
  const input = Buffer.concat(compressed.flatMap((each) => [each, tail]));
  return inflateRawSync(input, { finishFlush: constants.Z_SYNC_FLUSH });
}

describe.each([
  ["shared", sharedCompressor],
  ["dedicated", dedicatedCompressor],
])("the %s compressor", (_name, make) => {
  test.each([0, 1, 1000, 100_000, LEND_LIMIT, LEND_LIMIT + 1, 1_000_000])(
    "compresses a message of %i bytes, without the tail",
    async (size) => {
      const compressor = make(settings);
      const message = Buffer.alloc(size, "text and ");
      const compressed = compressor.compress(message);
      expect(compressed instanceof Promise).toBe(size > LEND_LIMIT);
      expect(inflate(await compressed).equals(message)).toBe(true);
      compressor.close();
    },
  );

  test("compresses incompressible messages, which become longer", async () => {
    for (const size of [1000, 64 * 1024, LEND_LIMIT]) {
      const compressor = make({ ...settings, memLevel: 1 });
      const random = Uint8Array.from({ length: size }, (_, i) => (i * 2654435761) >>> (i % 24));
      expect(inflate(await compressor.compress(random)).equals(random)).toBe(true);
      compressor.close();
    }
  });

  test("makes one zero byte of an empty message, at any time (RFC 7692 section 7.2.3.6)", async () => {
    const compressor = make(settings);
    for (const message of ["", "a", "", ""]) {
      const compressed = await compressor.compress(Buffer.from(message));
      if (message === "") expect(Buffer.from(compressed).toString("hex")).toBe("00");
    }
    compressor.close();
  });

  test("keeps to the window of 256 bytes that zlib doesn't have", async () => {
    const compressor = make({ ...settings, windowBits: 8 });
    const block = Array.from({ length: 300 }, (_, i) => (i * 7919) % 251);
    const message = Buffer.from([...block, ...block, ...block, ...Buffer.alloc(500)]);
    const compressed = await compressor.compress(message);
    expect(compressed.length).toBeLessThan(message.length);
    expect(inflateInWindow(8, compressed).equals(message)).toBe(true);
    compressor.close();
  });
});

/** Inflates one byte at a time, because zlib looks at no distance that is within the output of one call. */
function inflateInWindow(windowBits: number, compressed: Uint8Array): Buffer {
  const handle = ZlibHandle.inflate({ windowBits });
  const output: Buffer[] = [];
  for (let start = 0; ; start = compressed.length - handle.inputLeft) {
    const byte = Buffer.alloc(1);
    handle.run(compressed, start, byte, 0);
    if (handle.outputLeft === 1) break;
    output.push(byte);
  }
  handle.close();
  return Buffer.concat(output);
}

test("the helper above sees a distance that is too long", () => {
  const block = Array.from({ length: 300 }, (_, i) => (i * 7919) % 251);
  const compressed = deflateRawSync(Buffer.from([...block, ...block]), { windowBits: 10 });
  expect(() => inflateInWindow(8, compressed)).toThrow("distance");
});

describe("the shared compressor", () => {
  test("is one for all connections with the same settings", () => {
    expect(sharedCompressor({ ...settings })).toBe(sharedCompressor(settings));
    expect(sharedCompressor({ ...settings, level: 1 })).not.toBe(sharedCompressor(settings));
  });

  test("makes the same of the same message, whatever came before", () => {
    const message = Buffer.from("message, message");
    const compressor = sharedCompressor(settings);
    const first = compressor.compress(message);
    expect(compressor.compress(message)).toEqual(first);
  });

  test("round-trips anything", () => {
    const compressor = sharedCompressor(settings);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5000 }), (message) => {
        expect(inflate(compressor.compress(message) as Uint8Array).equals(message)).toBe(true);
      }),
    );
  });

  test("has a key for each choice of settings", () => {
    const keys = [
      settings,
      { ...settings, windowBits: 9 },
      { ...settings, level: 1 },
      { ...settings, memLevel: 1 },
    ].map(keyOf);
    expect(new Set(keys).size).toBe(4);
  });
});

describe("the dedicated compressor", () => {
  async function compressAll(compressor: Compressor, messages: Buffer[]): Promise<Uint8Array[]> {
    const compressed: Uint8Array[] = [];
    for (const message of messages) compressed.push(await compressor.compress(message));
    return compressed;
  }

  test("goes on with its context, on and off the event loop", async () => {
    const compressor = dedicatedCompressor(settings);
    const small = Buffer.from("a small message that comes again");
    const large = Buffer.alloc(LEND_LIMIT + 1, "a large message; ");
    const messages = [small, large, small, large, small];
    const compressed = await compressAll(compressor, messages);
    expect(inflate(...compressed).equals(Buffer.concat(messages))).toBe(true);
    expect(compressed[1]!.length + compressed[3]!.length).toBeLessThan(2000);
    expect(inflate(compressed[0]!).equals(small)).toBe(true);
    expect(() => inflate(compressed[4]!)).toThrow("distance");
    compressor.close();
  });

  test("settles what is under way when it is closed", async () => {
    const compressor = dedicatedCompressor(settings);
    const compressed = compressor.compress(Buffer.alloc(LEND_LIMIT * 10));
    compressor.close();
    await expect(compressed).rejects.toThrow("closed");
  });
});
