import { constants, deflateRawSync } from "node:zlib";

import { afterEach, describe, expect, test, vi } from "vitest";

import { LEND_LIMIT } from "../../../../src/connection/transport.ts";
import * as inflaters from "../../../../src/node/deflate/inflater.ts";
import type { Inflater } from "../../../../src/node/deflate/inflater.ts";

/** "Hello" in a block of its own, that is not the last one, and without the tail (RFC 7692 section 7.2.3.1). */
const HELLO = "f248cdc9c90700";
/** The same in a final block (section 7.2.3.4), without the byte that makes room for the tail. */
const FINAL_HELLO = "f348cdc9c90700";

function compress(message: Uint8Array): Buffer {
  return deflateRawSync(message, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
}

/** Incompressible, so that the compressed message is long too. */
function random(size: number): Buffer {
  let state = 1;
  return Buffer.from(
    Uint8Array.from(
      { length: size },
      () => (state = Math.imul(state, 1664525) + 1013904223) >>> 24,
    ),
  );
}

async function inflateHex(inflater: Inflater, hex: string): Promise<string> {
  return String(await inflater.inflate(Buffer.from(hex, "hex"), 1000));
}

afterEach(() => {
  vi.doUnmock("../../../../src/node/deflate/zlib-handle.ts");
  vi.resetModules();
});

async function withoutHandle(): Promise<Inflater> {
  vi.resetModules();
  vi.doMock("../../../../src/node/deflate/zlib-handle.ts", () => ({ hasZlibHandle: () => false }));
  const { sharedInflater } = await import("../../../../src/node/deflate/inflater.ts");
  return sharedInflater();
}

describe.each<[string, () => Inflater | Promise<Inflater>]>([
  ["shared", () => inflaters.sharedInflater()],
  ["dedicated", () => inflaters.dedicatedInflater(15)],
  ["fallback", withoutHandle],
])("the %s inflater", (_name, make) => {
  test.each([0, 1, 5000, 65_536, 65_537, 200_000])(
    "inflates a message of %i bytes",
    async (size) => {
      const inflater = await make();
      const message = Buffer.alloc(size, "text and ");
      const inflated = await inflater.inflate(compress(message), size);
      expect(message.equals(inflated)).toBe(true);
      inflater.close();
    },
  );

  test.each([10_000, 20_000, LEND_LIMIT + 1])(
    "inflates %i bytes that were not compressible",
    async (size) => {
      const inflater = await make();
      const message = random(size);
      const inflated = inflater.inflate(compress(message), size);
      expect(inflated instanceof Promise).toBe(size > LEND_LIMIT);
      expect(message.equals(await inflated)).toBe(true);
      expect(await inflateHex(inflater, HELLO)).toBe("Hello");
      inflater.close();
    },
  );

  test("inflates a short message that becomes very long, off the event loop", async () => {
    const inflater = await make();
    const message = Buffer.alloc(5_000_000, "so long ");
    const inflated = inflater.inflate(compress(message), Infinity);
    expect(inflated).toBeInstanceOf(Promise);
    expect(message.equals(await inflated)).toBe(true);
    expect(await inflateHex(inflater, HELLO)).toBe("Hello");
    inflater.close();
  });

  test("gives memory of its own", async () => {
    const inflater = await make();
    const first = await inflater.inflate(compress(Buffer.from("first")), 100);
    await inflater.inflate(compress(Buffer.from("again")), 100);
    expect(String(first)).toBe("first");
    inflater.close();
  });

  test.each([
    ["that ends with a final block", `${FINAL_HELLO}00`, "Hello"],
    ["that ends with a final block and nothing for the tail", FINAL_HELLO, "Hello"],
    ["with final blocks inside", `${FINAL_HELLO}${FINAL_HELLO}${HELLO}`, "HelloHelloHello"],
    ["whose blocks are not compressed", "000500faff48656c6c6f00", "Hello"],
    ["that is empty", "00", ""],
    ["whose final block is empty", "030000", ""],
  ])("inflates a message %s, and the next one", async (_kind, hex, text) => {
    const inflater = await make();
    expect(await inflateHex(inflater, hex)).toBe(text);
    expect(await inflateHex(inflater, hex)).toBe(text);
    expect(await inflateHex(inflater, HELLO)).toBe("Hello");
    inflater.close();
  });

  test("inflates large messages with final blocks inside", async () => {
    const inflater = await make();
    const part = random(LEND_LIMIT);
    const final = deflateRawSync(part);
    const payload = Buffer.concat([final, final, compress(part)]);
    const inflated = await inflater.inflate(payload, Infinity);
    expect(Buffer.concat([part, part, part]).equals(inflated)).toBe(true);
    const ending = await inflater.inflate(Buffer.concat([final, final]), Infinity);
    expect(Buffer.concat([part, part]).equals(ending)).toBe(true);
    expect(await inflateHex(inflater, HELLO)).toBe("Hello");
    inflater.close();
  });

  test.each([
    ["that no compressor makes", "ffffffff"],
    ["with a distance beyond its beginning", "f200110000"],
    ["that ends in the middle of a block", "000500faff4865"],
    ["with garbage behind a final block", `${FINAL_HELLO}ffffff`],
  ])("refuses a message %s", async (_kind, hex) => {
    const inflater = await make();
    const refused = inflateHex(inflater, hex);
    await expect(refused).rejects.toMatchObject({ name: "ProtocolError" });
    await expect(refused).rejects.toMatchObject({ closeCode: 1007 });
    inflater.close();
  });

  test("refuses a large message that is damaged", async () => {
    const inflater = await make();
    const payload = Buffer.concat([compress(random(LEND_LIMIT)), Buffer.alloc(100, 0xff)]);
    await expect(inflater.inflate(payload, Infinity)).rejects.toMatchObject({ closeCode: 1007 });
    inflater.close();
  });

  test("refuses more final blocks than anybody makes", async () => {
    const inflater = await make();
    expect(await inflateHex(inflater, FINAL_HELLO.repeat(60))).toBe("Hello".repeat(60));
    await expect(inflateHex(inflater, FINAL_HELLO.repeat(100))).rejects.toMatchObject({
      name: "ProtocolError",
    });
    await expect(
      Promise.resolve().then(() =>
        inflater.inflate(Buffer.alloc(LEND_LIMIT * 2, "0300", "hex"), 9),
      ),
    ).rejects.toMatchObject({ name: "ProtocolError" });
    inflater.close();
  });

  test.each([
    ["a little", 1000, 999],
    ["much", 5_000_000, 1000],
    ["much, and so is the limit", 50_000_000, 4_000_000],
  ])("stops when a message exceeds its limit by %s", async (_kind, size, limit) => {
    const inflater = await make();
    const payload = compress(Buffer.alloc(size, 1));
    const inflated = Promise.resolve().then(() => inflater.inflate(payload, limit));
    await expect(inflated).rejects.toMatchObject({ name: "LimitError" });
    await expect(inflated).rejects.toMatchObject({ limit, closeCode: 1009 });
    inflater.close();
  });

  test("stops at the limit in a message that is large itself", async () => {
    const inflater = await make();
    const payload = compress(random(LEND_LIMIT * 2));
    await expect(inflater.inflate(payload, LEND_LIMIT)).rejects.toMatchObject({
      name: "LimitError",
    });
    inflater.close();
  });
});

describe("the shared inflaters", () => {
  test.each<[string, () => Inflater | Promise<Inflater>]>([
    ["one for all", () => inflaters.sharedInflater()],
    ["fallback", withoutHandle],
  ])("notice that a message is cut off (%s)", async (_name, make) => {
    const inflater = await make();
    const payload = compress(Buffer.from("a message that is cut off somewhere"));
    for (let size = 1; size < payload.length; size++) {
      const cut = payload.subarray(0, size);
      await expect(
        Promise.resolve().then(() => inflater.inflate(cut, 1000)),
        `after ${size} bytes`,
      ).rejects.toMatchObject({ closeCode: 1007 });
    }
  });

  test("are one", () => {
    expect(inflaters.sharedInflater()).toBe(inflaters.sharedInflater());
  });

  test("inflate many large messages at a time", async () => {
    const message = random(LEND_LIMIT + 1);
    const payload = compress(message);
    const inflated = await Promise.all(
      Array.from({ length: 30 }, async () => inflaters.sharedInflater().inflate(payload, Infinity)),
    );
    expect(inflated.every((each) => message.equals(each))).toBe(true);
  });
});

describe("the dedicated inflater", () => {
  test("goes on with its context, on and off the event loop", async () => {
    const { dedicatedCompressor } = await import("../../../../src/node/deflate/compressor.ts");
    const compressor = dedicatedCompressor({ windowBits: 9, level: 6, memLevel: 8 });
    const inflater = inflaters.dedicatedInflater(9);
    const messages = [
      Buffer.from("small message"),
      random(LEND_LIMIT + 1),
      Buffer.alloc(3_000_000),
    ];
    for (const message of [...messages, ...messages]) {
      const payload = Buffer.from(await compressor.compress(message));
      expect(message.equals(await inflater.inflate(payload, Infinity))).toBe(true);
    }
    compressor.close();
    inflater.close();
  });

  test("takes every window, down to 256 bytes", async () => {
    for (const windowBits of [8, 9, 10, 11, 12, 13, 14, 15]) {
      const inflater = inflaters.dedicatedInflater(windowBits);
      expect(await inflateHex(inflater, HELLO)).toBe("Hello");
      // A reference to the message before (RFC 7692 section 7.2.3.2).
      expect(await inflateHex(inflater, "f200110000")).toBe("Hello");
      inflater.close();
    }
  });

  test("settles what is under way when it is closed", async () => {
    const inflater = inflaters.dedicatedInflater(15);
    const inflated = inflater.inflate(compress(random(LEND_LIMIT * 2)), Infinity);
    inflater.close();
    await expect(inflated).rejects.toMatchObject({ name: "ProtocolError" });
  });
});
