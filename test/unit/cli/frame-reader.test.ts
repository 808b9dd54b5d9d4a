import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { FrameReader } from "../../../src/cli/frame-reader.ts";
import type { WireFrame } from "../../../src/cli/frame-reader.ts";

function read(...chunks: (string | Uint8Array)[]): WireFrame[] {
  const frames: WireFrame[] = [];
  const reader = new FrameReader((frame) => frames.push(frame));
  for (const chunk of chunks) {
    reader.receive(typeof chunk === "string" ? Buffer.from(chunk, "hex") : chunk);
  }
  return frames;
}

const payload = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("FrameReader", () => {
  test("reads a text frame", () => {
    expect(read("810568656c6c6f")).toEqual([
      { fin: true, reserved: 0, opcode: 1, masked: false, length: 5, payload: payload("hello") },
    ]);
  });

  test("unmasks, without touching the bytes that it was given", () => {
    const bytes = Buffer.from("818537fa213d7f9f4d5158", "hex");
    expect(read(bytes)).toEqual([
      { fin: true, reserved: 0, opcode: 1, masked: true, length: 5, payload: payload("Hello") },
    ]);
    expect(bytes.toString("hex")).toBe("818537fa213d7f9f4d5158");
  });

  test("reads fragments, empty frames, reserved bits and opcodes as they come", () => {
    const frames = read("0101618000", "f200", "8b00");
    expect(frames).toMatchObject([
      { fin: false, opcode: 1, length: 1 },
      { fin: true, opcode: 0, length: 0 },
      { reserved: 7, opcode: 2 },
      { opcode: 11 },
    ]);
  });

  test("of a long payload keeps the beginning, and finds the next frame", () => {
    const long = Buffer.alloc(70_000, "x");
    const frames = read("827f0000000000011170", long, "8900");
    expect(frames).toMatchObject([
      { opcode: 2, length: 70_000 },
      { opcode: 9, length: 0 },
    ]);
    expect(frames[0]?.payload).toEqual(new Uint8Array(128).fill(0x78));
  });

  test("reads a length of 16 bits, and keeps all of a control frame, even one that is too long", () => {
    const frames = read(`887e0080${"00".repeat(128)}`, "8a00");
    expect(frames).toMatchObject([{ opcode: 8, length: 128 }, { opcode: 10 }]);
    expect(frames[0]?.payload).toHaveLength(128);
  });

  test("reports a long frame once its beginning is there", () => {
    expect(read("827f000fffffffffffff", Buffer.alloc(127))).toEqual([]);
    expect(read("827f000fffffffffffff", Buffer.alloc(128))).toMatchObject([
      { length: 2 ** 52 - 1 },
    ]);
  });

  test("finds the same frames however the bytes are cut", () => {
    const long = `00fe00c801020304${"55".repeat(200)}`;
    const wire = Buffer.from(
      `818537fa213d7f9f4d5158 0200 ${long} 8000 880203e8`.replace(/ /g, ""),
      "hex",
    );
    const whole = read(wire);
    expect(whole).toHaveLength(5);
    fc.assert(
      fc.property(fc.array(fc.nat(wire.length), { maxLength: 20 }), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), wire.length];
        const chunks = at.slice(1).map((end, index) => wire.subarray(at[index], end));
        expect(read(...chunks)).toEqual(whole);
      }),
    );
  });
});
