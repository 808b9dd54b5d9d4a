/**
 * Twice as many bytes must not cost much more than twice the time, in whatever pieces and shapes they come: what is
 * quadratic takes four times as long.
 */

import { describe, expect, test } from "vitest";
import { RouteTable } from "../../src/http/routes.ts";
import { parseExtensions } from "../../src/protocol/extensions/offer.ts";
import { listHas, parseTokens } from "../../src/protocol/handshake/field-values.ts";
import type { MessageCodec, Role } from "../../src/protocol/platform.ts";
import { Protocol } from "../../src/protocol/protocol.ts";
import { webPlatform } from "../../src/protocol/web-platform.ts";

const MAX_RATIO = 3;
/** So many that a step for each of them that takes time for all of them would be most of the time. */
const SIZE = 1 << 15;
/** The same for header fields, which are never that long. */
const FIELD_SIZE = 1 << 13;
/** Long enough to be measured, in milliseconds. */
const LONG_ENOUGH = 5;
const RUNS = 4;
const ATTEMPTS = 6;

/** Prepares the input for a size, and returns what is to be measured. */
type Shape = (size: number) => () => void | Promise<void>;

/** Milliseconds of the processor, which a busy machine stretches less than those of the clock. */
async function time(shape: Shape, size: number, repeats: number): Promise<number> {
  const runs = Array.from({ length: repeats }, () => shape(size));
  const start = process.cpuUsage();
  for (const run of runs) await run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** How much longer twice the size takes. */
async function ratioOf(shape: Shape, size: number = SIZE): Promise<number> {
  let repeats = 1;
  while ((await time(shape, size, repeats)) < LONG_ENOUGH) repeats *= 2;
  let ratio = Infinity;
  for (let attempt = 0; attempt < ATTEMPTS && ratio >= MAX_RATIO;) {
    let once = Infinity;
    let twice = Infinity;
    // In turn, so that a busy machine slows down both.
    for (let count = 0; count < RUNS; count++) {
      once = Math.min(once, await time(shape, size, repeats));
      twice = Math.min(twice, await time(shape, 2 * size, repeats));
    }
    // Compiled meanwhile, it may have become too fast.
    if (once < LONG_ENOUGH / 2) {
      repeats *= 2;
    } else {
      ratio = twice / once;
      attempt++;
    }
  }
  return ratio;
}

const invert = (data: Uint8Array): Uint8Array => data.map((byte) => byte ^ 0xff);
const syncCodec: MessageCodec = { threshold: 0, compress: invert, decompress: invert, close() {} };
const asyncCodec: MessageCodec = {
  ...syncCodec,
  compress: (data) => Promise.resolve(data),
  decompress: (data) => Promise.resolve(data),
};

function open(role: Role, codec?: MessageCodec, onProgress?: () => void): Protocol {
  return new Protocol({ role, platform: webPlatform, maxMessage: Infinity, codec, onProgress });
}

function repeat(count: number, ...frame: number[]): Uint8Array {
  const bytes = new Uint8Array(count * frame.length);
  for (let at = 0; at < bytes.length; at += frame.length) bytes.set(frame, at);
  return bytes;
}

/** A frame of a server, the length of which needs 64 bits. */
function longFrame(first: number, payload: Uint8Array, length = payload.length): Uint8Array {
  const frame = new Uint8Array(10 + payload.length);
  frame.set([first, 127]);
  new DataView(frame.buffer).setBigUint64(2, BigInt(length));
  frame.set(payload, 10);
  return frame;
}

function eachByte(protocol: Protocol, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at++) protocol.receiveData(bytes.subarray(at, at + 1));
}

function expectOpen(protocol: Protocol): void {
  expect(protocol.events().filter(({ type }) => type === "failure" || type === "close")).toEqual(
    [],
  );
}

/** Begins a message, gives the bytes in one chunk, and ends the message. */
function inOneChunk(role: Role, make: (size: number) => Uint8Array, codec?: MessageCodec): Shape {
  return (size) => {
    const bytes = make(size);
    return () => {
      const protocol = open(role, codec);
      protocol.receiveData(bytes);
      expectOpen(protocol);
      protocol.dataToSend();
    };
  };
}

const MASK = [0, 0, 0, 0];

const RECEIVED: Record<string, Shape> = {
  "a frame, byte by byte": (size) => {
    const frame = longFrame(0x82, new Uint8Array(2 * size));
    return () => {
      const protocol = open("client");
      eachByte(protocol, frame);
      expect(protocol.events()).toMatchObject([{ type: "message" }]);
    };
  },

  "a text of several bytes for each character, byte by byte": (size) => {
    const frame = longFrame(0x81, repeat(size, 0xf0, 0x9f, 0x98, 0x80));
    return () => {
      const protocol = open("client");
      eachByte(protocol, frame);
      expect(protocol.events()).toMatchObject([{ type: "message" }]);
    };
  },

  "a text in one chunk": (size) => {
    const frame = longFrame(0x81, repeat(size, 0xc3, 0xa9, 0x41, 0x42));
    return () => {
      const protocol = open("client");
      protocol.receiveData(frame);
      expect(protocol.events()).toMatchObject([{ type: "message" }]);
    };
  },

  "a frame that never ends, byte by byte": (size) => {
    const frame = longFrame(0x82, new Uint8Array(size), 1e15);
    return () => {
      const protocol = open("client");
      eachByte(protocol, frame);
      expect(protocol.kept).toBe(size);
    };
  },

  "a text in parts, byte by byte": (size) => {
    const frame = longFrame(0x81, repeat(size, 0xe2, 0x82, 0xac));
    return () => {
      const protocol = open("client");
      protocol.receiveParts(true);
      eachByte(protocol, frame);
      expect(protocol.events()).toHaveLength(size);
    };
  },

  "messages of 1 byte, byte by byte": (size) => {
    const bytes = repeat(size, 0x81, 0x81, ...MASK, 0x41);
    return () => {
      const protocol = open("server");
      eachByte(protocol, bytes);
      expect(protocol.events()).toHaveLength(size);
    };
  },

  "fragments of 1 byte, byte by byte": (size) => {
    const bytes = repeat(size, 0x00, 0x01, 0x41);
    return () => {
      const protocol = open("client");
      protocol.receiveData(Uint8Array.of(0x01, 0x00));
      eachByte(protocol, bytes);
      expect(protocol.kept).toBe(size);
    };
  },

  "fragments of 1 byte, in one chunk": (size) => {
    const bytes = repeat(size, 0x00, 0x81, ...MASK, 0x41);
    return () => {
      const protocol = open("server");
      protocol.receiveData(Uint8Array.of(0x01, 0x80, ...MASK));
      protocol.receiveData(bytes);
      protocol.receiveData(Uint8Array.of(0x80, 0x80, ...MASK));
      expect(protocol.events()).toHaveLength(1);
    };
  },

  "fragments of 1 byte, in parts, in one chunk": (size) => {
    const bytes = repeat(size, 0x00, 0x01, 0x41);
    return () => {
      const protocol = open("client");
      protocol.receiveParts(true);
      protocol.receiveData(Uint8Array.of(0x01, 0x00));
      protocol.receiveData(bytes);
      protocol.receiveData(Uint8Array.of(0x80, 0x00));
      expect(protocol.events().at(-1)).toMatchObject({ type: "part", final: true });
    };
  },

  "fragments of 1 byte, in parts, over the limit": (size) => {
    const bytes = repeat(size, 0x00, 0x01, 0x41);
    return () => {
      const protocol = new Protocol({ role: "client", platform: webPlatform, maxMessage: 100 });
      protocol.receiveParts(true);
      protocol.receiveData(Uint8Array.of(0x01, 0x00));
      protocol.receiveData(bytes);
      expect(protocol.events().at(-1)).toMatchObject({ type: "part", final: false });
    };
  },

  "fragments of 1 byte of a compressed message": (size) => {
    const bytes = repeat(size, 0x00, 0x01, 0x41);
    return () => {
      const protocol = open("client", syncCodec);
      protocol.receiveData(Uint8Array.of(0x42, 0x00));
      protocol.receiveData(bytes);
      protocol.receiveData(Uint8Array.of(0x80, 0x00));
      expect(protocol.events()).toHaveLength(1);
    };
  },

  "empty fragments": (size) => {
    const bytes = repeat(size, 0x00, 0x00);
    return () => {
      const protocol = open("client");
      protocol.receiveData(Uint8Array.of(0x01, 0x01, 0x41));
      protocol.receiveData(bytes);
      expect(protocol.kept).toBe(1);
      expectOpen(protocol);
    };
  },

  "pings between fragments": (size) => {
    const bytes = repeat(size, 0x89, 0x81, ...MASK, 0x01, 0x00, 0x81, ...MASK, 0x41);
    return () => {
      const protocol = open("server");
      protocol.receiveData(Uint8Array.of(0x01, 0x80, ...MASK));
      protocol.receiveData(bytes);
      expect(protocol.events()).toHaveLength(size);
      expect(protocol.dataToSend().length).toBeLessThan(size);
    };
  },

  "pings while the output is congested": (size) => {
    const bytes = repeat(size, 0x89, 0x81, ...MASK, 0x01);
    return () => {
      const protocol = open("server");
      protocol.congested = true;
      protocol.receiveData(bytes);
      expect(protocol.events()).toHaveLength(size);
      protocol.congested = false;
      expect(protocol.dataToSend()).toHaveLength(1);
    };
  },

  "small messages, in one chunk": inOneChunk("server", (size) =>
    repeat(size, 0x81, 0x81, ...MASK, 0x41, 0x82, 0x80, ...MASK),
  ),

  "small compressed messages, in one chunk": inOneChunk(
    "client",
    (size) => repeat(size, 0xc1, 0x01, 0xbe),
    syncCodec,
  ),

  "small compressed messages, with a codec that answers later": (size) => {
    const bytes = repeat(size, 0xc1, 0x01, 0x41);
    return async () => {
      let received = 0;
      const onProgress = (): void => {
        received += protocol.events().length;
      };
      const protocol: Protocol = open("client", asyncCodec, onProgress);
      protocol.receiveData(bytes);
      while (protocol.suspended) await Promise.resolve();
      expect(received).toBe(size);
    };
  },

  "what comes, byte by byte, while a message is being inflated": (size) => {
    const bytes = repeat(size, 0x81, 0x01, 0x41);
    return async () => {
      const protocol = open("client", asyncCodec);
      protocol.receiveData(Uint8Array.of(0xc1, 0x01, 0x41));
      eachByte(protocol, bytes);
      expect(protocol.kept).toBe(bytes.length + 1);
      while (protocol.suspended) await Promise.resolve();
      expect(protocol.events()).toHaveLength(size + 1);
    };
  },

  "what comes after a close frame": (size) => {
    const bytes = new Uint8Array(size);
    return () => {
      const protocol = open("client");
      protocol.receiveData(Uint8Array.of(0x88, 0x00));
      eachByte(protocol, bytes);
      expect(protocol.kept).toBe(0);
    };
  },
};

const SENT: Record<string, Shape> = {
  "small messages": (size) => () => {
    const protocol = open("client");
    for (let count = 0; count < size; count++) protocol.sendMessage("a message");
    expect(protocol.dataToSend().length).toBeLessThan(size);
  },

  "parts of 1 character": (size) => () => {
    const protocol = open("server");
    for (let count = 0; count < size; count++) protocol.sendPart("\ud83d", true, false);
    protocol.sendPart("", true, true);
    expect(protocol.dataToSend().length).toBeLessThan(size);
  },

  "messages that wait for a compression": (size) => async () => {
    let written = 0;
    const onProgress = (): void => {
      written += protocol.dataToSend().length;
    };
    const protocol: Protocol = open("server", asyncCodec, onProgress);
    for (let count = 0; count < size; count++) {
      protocol.sendMessage("a");
      protocol.sendPing(new Uint8Array());
      expect(protocol.heldBytes).toBeGreaterThan(0);
    }
    while (protocol.heldBytes > 0) await Promise.resolve();
    expect(written).toBeGreaterThan(0);
  },
};

/** The value of a header field, for each size. */
const FIELDS: Record<string, (size: number) => string> = {
  "a quoted string of quoted pairs": (size) => `foo; a="${"\\x".repeat(size)}"`,
  "a quoted string of quoted pairs that doesn't end": (size) => `foo; a="${'\\"'.repeat(size)}`,
  "a quoted string of backslashes": (size) => `foo; a="${"\\\\".repeat(size)}`,
  "many quotes": (size) => `foo; a=${'"x'.repeat(size)}`,
  commas: (size) => `foo${",".repeat(size)}bar`,
  "commas and spaces": (size) => `foo${" , ".repeat(size)}`,
  spaces: (size) => `foo${" ".repeat(size)}bar`,
  "spaces before a comma": (size) => `foo,${" ".repeat(size)},${"\t".repeat(size)}`,
  "a long token": (size) => "a".repeat(size),
  "many tokens": (size) => "a,".repeat(size),
  "many parameters": (size) => `foo${"; a=1".repeat(size)}`,
  "many offers": (size) => 'foo; a="1"; b, '.repeat(size),
};

describe("receiving is linear in", () => {
  test.each(Object.entries(RECEIVED))("%s", async (_, shape) => {
    expect(await ratioOf(shape)).toBeLessThan(MAX_RATIO);
  });
});

describe("sending is linear in", () => {
  test.each(Object.entries(SENT))("%s", async (_, shape) => {
    expect(await ratioOf(shape)).toBeLessThan(MAX_RATIO);
  });
});

describe("reading a header field is linear in", () => {
  test.each(Object.entries(FIELDS))("%s", async (_, make) => {
    const shape: Shape = (size) => {
      // Strings that were put together are made one by whoever reads them first, which isn't measured.
      const value = Buffer.from(make(size)).toString();
      return () => {
        parseExtensions(value);
        parseTokens(value);
        listHas([value], "upgrade");
      };
    };
    expect(await ratioOf(shape, FIELD_SIZE)).toBeLessThan(MAX_RATIO);
  });
});

test("matching a path is linear in its length, whatever the patterns", async () => {
  const patterns = Array.from({ length: 12 }, (_, index) => `${"/a".repeat(index)}/*`);
  const routes = new RouteTable(
    [...patterns, `${"/a".repeat(20)}/z`].map((pattern) => [pattern, 0]),
  );
  const shape: Shape = (size) => {
    const path = Buffer.from("/a".repeat(size / 2)).toString();
    return () => void routes.match(path);
  };
  expect(await ratioOf(shape, FIELD_SIZE)).toBeLessThan(MAX_RATIO);
});

test("the measure itself tells what is quadratic", async () => {
  const quadratic: Shape = (size) => () => {
    let sum = 0;
    const steps = size >> 4;
    for (let outer = 0; outer < steps; outer++) {
      for (let inner = 0; inner < steps; inner++) sum += inner & outer;
    }
    expect(sum).toBeGreaterThanOrEqual(0);
  };
  expect(await ratioOf(quadratic)).toBeGreaterThan(MAX_RATIO);
});
