import { describe, expect, test } from "vitest";
import { copyData, decodeText, MessageAssembler } from "../../../src/protocol/message-assembler.ts";
import { bytes, hex, testPlatform } from "./support.ts";

const LIMIT = 100;

/** A message of frames, the last of which is final. */
function assemble(text: boolean, ...frames: string[]): MessageAssembler {
  const assembler = new MessageAssembler(testPlatform, LIMIT);
  assembler.begin(text, false);
  frames.forEach((frame, index) => {
    const data = bytes(frame);
    assembler.expect(data.length, index === frames.length - 1, LIMIT);
    assembler.append(data, 0, data.length);
  });
  return assembler;
}

describe("a message", () => {
  test("is put together", () => {
    expect(assemble(true, "41", "", "42").finish()).toBe("AB");
    expect(assemble(false, "ff", "fe").finish()).toEqual(bytes("ff fe"));
  });

  test("is over the limit when its frames are", () => {
    const assembler = assemble(false, "41".repeat(60));
    assembler.expect(40, false, LIMIT);
    expect(() => assembler.expect(41, false, LIMIT)).toThrow("message longer than 100 bytes");
    expect(() => assembler.expect(41, false, Infinity)).not.toThrow();
  });

  test("may end with whole characters only", () => {
    expect(() => assemble(true, "41 c3").finish()).toThrow("text that is not UTF-8");
  });

  test("tells what it is, and how long it will be", () => {
    const assembler = assemble(true, "41");
    expect(assembler).toMatchObject({ active: true, text: true, compressed: false });
    assembler.expect(10, true, LIMIT);
    expect(assembler.declared).toBe(11);
    assembler.finish();
    expect(assembler).toMatchObject({ active: false, declared: 0, length: 0 });
  });

  test("that is compressed is not text yet", () => {
    const assembler = new MessageAssembler(testPlatform, LIMIT);
    assembler.begin(true, true);
    assembler.expect(1, true, LIMIT);
    assembler.append(bytes("ff"), 0, 1);
    expect(hex(assembler.finishCompressed())).toBe("ff");
    expect(assembler.active).toBe(false);
  });

  test("is checked as text of its own, whatever came before", () => {
    const assembler = assemble(true, "41 c3");
    assembler.clear();
    assembler.begin(true, false);
    assembler.expect(1, true, LIMIT);
    assembler.append(bytes("42"), 0, 1);
    expect(assembler.finish()).toBe("B");
  });

  test("of many frames is copied a few times only", () => {
    const sizes: number[] = [];
    const allocate = (size: number): Uint8Array => {
      sizes.push(size);
      return new Uint8Array(size);
    };
    const assembler = new MessageAssembler({ ...testPlatform, allocate }, 10_000);
    assembler.begin(false, false);
    for (let count = 0; count < 1000; count++) {
      assembler.expect(1, false, 10_000);
      assembler.append(bytes("41"), 0, 1);
    }
    expect(sizes).toEqual([64, 128, 256, 512, 1024]);
  });

  test("can be dropped", () => {
    const assembler = assemble(true, "41");
    assembler.clear();
    expect(assembler).toMatchObject({ active: false, length: 0 });
  });
});

describe("a part", () => {
  test("is what is there", () => {
    const assembler = assemble(false, "01 02");
    expect(assembler.takePart()).toEqual(bytes("01 02"));
    expect(assembler.takePart()).toBeUndefined();
    expect(assembler.active).toBe(true);
  });

  test("of text ends with a whole character", () => {
    const assembler = assemble(true, "41 f0 9f 98");
    expect(assembler.takePart()).toBe("A");
    expect(assembler.takePart()).toBeUndefined();
    expect(assembler.length).toBe(3);
    assembler.append(bytes("80"), 0, 1);
    expect(assembler.finish()).toBe("😀");
  });
});

test("a text is decoded if it is one", () => {
  expect(decodeText(testPlatform, bytes("ff 41 ff"), 1, 2)).toBe("A");
  expect(() => decodeText(testPlatform, bytes("ff 41 ff"), 1, 3)).toThrow("text that is not UTF-8");
});

test("a copy has memory of its own", () => {
  const data = bytes("01 02 03 04");
  const copy = copyData(testPlatform, data, 1, 3);
  expect(copy).toEqual(bytes("02 03"));
  expect(copy.buffer.byteLength).toBe(2);
});
