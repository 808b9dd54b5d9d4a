import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LimitError, ProtocolError } from "../../../../src/errors.ts";
import {
  encodeFrame,
  encodeHeader,
  encodeTextFrame,
  FrameReader,
  FrameType,
} from "../../../../src/wamp/rawsocket/frames.ts";
import type { FrameTypeCode } from "../../../../src/wamp/rawsocket/frames.ts";

interface Frame {
  readonly type: number;
  readonly bytes: number[];
}

/** What is read of bytes that come in pieces. */
function readAll(pieces: Iterable<Uint8Array>, maxLength = 2 ** 24): Frame[] {
  const frames: Frame[] = [];
  const reader = new FrameReader(maxLength, (type, bytes, start, end) => {
    frames.push({ type, bytes: [...bytes.subarray(start, end)] });
  });
  for (const piece of pieces) reader.read(piece, piece.length);
  return frames;
}

describe("frames are written", () => {
  test("with their type and length before them", () => {
    expect([...encodeFrame(FrameType.Message, Uint8Array.of(9, 8))]).toEqual([0, 0, 0, 2, 9, 8]);
    expect([...encodeFrame(FrameType.Ping, Uint8Array.of())]).toEqual([1, 0, 0, 0]);
    expect([...encodeFrame(FrameType.Pong, Uint8Array.of(1, 2, 3, 4), 1, 3)]).toEqual([
      2, 0, 0, 2, 2, 3,
    ]);
    expect([...encodeTextFrame("ü", 2)]).toEqual([0, 0, 0, 2, 0xc3, 0xbc]);
  });

  test.each([
    [0x010203, [0, 1, 2, 3]],
    [2 ** 24 - 1, [0, 255, 255, 255]],
    [2 ** 24, [8, 0, 0, 0]],
  ])("of %i bytes", (length, header) => {
    expect([...encodeHeader(FrameType.Message, length)]).toEqual(header);
  });
});

describe("frames are read", () => {
  test("from what comes in, wherever it is cut", () => {
    const frame = fc.record({
      type: fc.constantFrom<FrameTypeCode>(0, 1, 2),
      bytes: fc.array(fc.nat(255), { maxLength: 40 }),
    });
    const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 12 }), cuts, (frames, sizes) => {
        const all = Buffer.concat(
          frames.map(({ type, bytes }) => encodeFrame(type, Uint8Array.from(bytes))),
        );
        const pieces: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < all.length; turn++) {
          const end = at + (sizes[turn % sizes.length] as number);
          pieces.push(all.subarray(at, end));
          at = end;
        }
        expect(readAll(pieces)).toEqual(frames);
        expect(readAll([all])).toEqual(frames);
      }),
    );
  });

  test("of garbage are the same ones, and end in the same way, wherever it is cut", () => {
    const outcome = (bytes: Uint8Array, size: number): unknown => {
      const seen: Frame[] = [];
      const reader = new FrameReader(512, (type, data, start, end) => {
        seen.push({ type, bytes: [...data.subarray(start, end)] });
      });
      try {
        for (let at = 0; at < bytes.length; at += size) {
          const piece = bytes.slice(at, at + size);
          reader.read(piece, piece.length);
        }
      } catch (error) {
        return { seen, error: String(error) };
      }
      return { seen, kept: reader.kept };
    };
    // (Mostly small numbers, so that there are frames in it.)
    const byte = fc.oneof(fc.nat(4), fc.nat(255));
    fc.assert(
      fc.property(fc.uint8Array(), fc.array(byte, { maxLength: 200 }), (wild, tame) => {
        for (const bytes of [wild, Uint8Array.from(tame)]) {
          const whole = outcome(bytes, bytes.length || 1);
          for (const size of [1, 2, 3, 5, 7]) expect(outcome(bytes, size)).toEqual(whole);
        }
      }),
    );
  });

  test("as the reader's own memory only where that is so", () => {
    const seen: boolean[] = [];
    const reader = new FrameReader(100, (_type, bytes, start, end, isOwn) => {
      expect(!isOwn || (start === 0 && end === bytes.length)).toBe(true);
      seen.push(isOwn);
    });
    reader.read(Uint8Array.of(0, 0, 0, 2, 1, 2, 0, 0, 0, 2, 1), 11);
    expect(reader.kept).toBe(5);
    reader.read(Uint8Array.of(2), 1);
    expect(reader.kept).toBe(0);
    expect(seen).toEqual([false, true]);
  });

  test("up to the end that is given, and not beyond", () => {
    const reader = new FrameReader(100, () => {
      throw new Error("there is no whole frame");
    });
    reader.read(Uint8Array.of(0, 0, 0, 1, 77), 4);
    expect(reader.kept).toBe(4);
  });

  test("and take no memory for what is only announced", () => {
    const before = process.memoryUsage().arrayBuffers;
    const readers = Array.from({ length: 100 }, () => {
      const reader = new FrameReader(2 ** 24, () => {});
      reader.read(Uint8Array.of(0, 255, 255, 255, 1), 5);
      return reader;
    });
    expect(readers).toHaveLength(100);
    // (64 KiB each.)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20 * 1024 * 1024);
  });
});

describe("frames are refused", () => {
  test.each([0x10, 0x20, 0x40, 0x80])("that have the reserved bit %i", (bit) => {
    expect(() => readAll([Uint8Array.of(bit, 0, 0, 0)])).toThrow(ProtocolError);
  });

  test.each([3, 4, 5, 6, 7])("of type %i", (type) => {
    expect(() => readAll([Uint8Array.of(type, 0, 0, 0)])).toThrow(ProtocolError);
  });

  test("that are longer than was said, of any type, before they come", () => {
    expect(readAll([encodeFrame(FrameType.Message, new Uint8Array(512))], 512)).toHaveLength(1);
    for (const type of [0, 1, 2]) {
      expect(() => readAll([Uint8Array.of(type, 0, 2, 1)], 512)).toThrow(LimitError);
    }
  });

  test("that are longer than any may be", () => {
    expect(() => readAll([Uint8Array.of(8, 0, 0, 1)])).toThrow("a frame of 16777217 bytes");
    expect(readAll([Uint8Array.of(8, 0, 0, 0)])).toEqual([]);
  });
});
