import zlib from "node:zlib";

import { afterEach, describe, expect, test, vi } from "vitest";

import { ZlibHandle, hasZlibHandle } from "../../../../src/node/deflate/zlib-handle.ts";

const message = Buffer.from("The quick brown fox jumps over the lazy dog, 0123456789");

afterEach(() => {
  vi.doUnmock("node:zlib");
  vi.resetModules();
});

function run(handle: ZlibHandle, input: Uint8Array, room = 1000): Buffer {
  const output = Buffer.alloc(room);
  handle.run(input, 0, output, 0);
  return output.subarray(0, room - handle.outputLeft);
}

test("works on this version of Node", () => {
  expect(hasZlibHandle()).toBe(true);
  expect(hasZlibHandle()).toBe(true);
});

test("runs again and again, with a context or, after a reset, without", () => {
  const deflate = ZlibHandle.deflate({ level: 6 });
  const first = run(deflate, message);
  expect(first.subarray(-4).toString("hex")).toBe("0000ffff");
  const second = run(deflate, message);
  expect(second.length).toBeLessThan(first.length / 2);
  deflate.reset();
  expect(run(deflate, message).equals(first)).toBe(true);
  deflate.close();
});

test("tells what is left of input and output", () => {
  const compressed = zlib.deflateRawSync(message);
  const inflate = ZlibHandle.inflate({});
  const output = Buffer.alloc(message.length + 2);
  inflate.run(compressed, 0, output.subarray(0, 10), 0);
  expect(inflate.outputLeft).toBe(0);
  const start = compressed.length - inflate.inputLeft;
  inflate.run(Buffer.concat([compressed, Buffer.from("rest")]), start, output, 10);
  expect([inflate.inputLeft, inflate.outputLeft]).toEqual([4, 2]);
  expect(output.subarray(0, -2).equals(message)).toBe(true);
  inflate.close();
});

test("throws for garbage, and is as new after a reset", () => {
  const inflate = ZlibHandle.inflate({});
  expect(() => run(inflate, Buffer.from("ffff", "hex"))).toThrow("invalid block type");
  inflate.reset();
  expect(run(inflate, zlib.deflateRawSync(message)).equals(message)).toBe(true);
  inflate.close();
});

test("is the same state as its stream", async () => {
  const deflate = ZlibHandle.deflate({});
  const inflate = ZlibHandle.inflate({});
  const first = run(deflate, message);
  const second = await deflate.asStream(
    (stream) =>
      new Promise<Buffer>((resolve) => {
        stream.once("data", resolve);
        stream.write(message);
        stream.flush(zlib.constants.Z_SYNC_FLUSH);
      }),
  );
  expect(second.length).toBeLessThan(first.length / 2);
  expect(
    run(inflate, Buffer.concat([first, second])).equals(Buffer.concat([message, message])),
  ).toBe(true);
  deflate.close();
  inflate.close();
});

describe("is not used where", () => {
  async function probe(change: (stream: zlib.DeflateRaw) => void): Promise<boolean> {
    const createDeflateRaw = (options?: zlib.ZlibOptions): zlib.DeflateRaw => {
      const stream = zlib.createDeflateRaw(options);
      change(stream);
      return stream;
    };
    vi.doMock("node:zlib", () => ({ ...zlib, createDeflateRaw }));
    vi.resetModules();
    const fresh = await import("../../../../src/node/deflate/zlib-handle.ts");
    return fresh.hasZlibHandle();
  }

  interface Internals {
    _handle: Record<string, unknown> | undefined;
    _writeState: unknown;
    _processChunk: (...args: unknown[]) => unknown;
  }

  const changes: Record<string, (internals: Internals) => void> = {
    "streams have no handle": (internals) => {
      internals._handle = undefined;
    },
    "the handle can't run synchronously": (internals) => {
      internals._handle!["writeSync"] = undefined;
    },
    "the handle can't be reset": (internals) => {
      internals._handle!["reset"] = undefined;
    },
    "the state is kept elsewhere": (internals) => {
      internals._writeState = new Uint32Array(3);
    },
    "Node calls it with other arguments": (internals) => {
      const writeSync = (): void => {};
      internals._handle = { writeSync, reset: writeSync, close: writeSync };
      internals._processChunk = (chunk, flush): void => {
        (internals._handle!["writeSync"] as (...args: unknown[]) => void)({ chunk, flush });
      };
    },
    "resetting does something else": (internals) => {
      internals._handle!["reset"] = (): void => {
        throw new Error("not so");
      };
    },
    "it writes nothing": (internals) => {
      const writeSync = (): void => {};
      internals._handle = { writeSync, reset: writeSync, close: writeSync };
      internals._processChunk = (chunk, flush): void => {
        const { length } = chunk as Buffer;
        const output = Buffer.alloc(9);
        const write = internals._handle!["writeSync"] as (...args: unknown[]) => void;
        write(flush, chunk, 0, length, output, 0, output.length);
      };
    },
  };

  test.each(Object.entries(changes))("%s", async (_name, change) => {
    expect(await probe((stream) => change(stream as unknown as Internals))).toBe(false);
  });

  test("nothing was changed, it is", async () => {
    expect(await probe(() => {})).toBe(true);
  });
});
