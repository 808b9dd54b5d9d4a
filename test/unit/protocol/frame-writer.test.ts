import { describe, expect, test } from "vitest";
import { COPY_LIMIT, frameMessage, FrameWriter } from "../../../src/protocol/frame-writer.ts";
import { FIN, Opcode } from "../../../src/protocol/opcode.ts";
import type { ProtocolPlatform } from "../../../src/protocol/platform.ts";
import { bytes, concat, hex, testPlatform } from "./support.ts";

const TEXT = FIN | Opcode.Text;
const BINARY = FIN | Opcode.Binary;

function written(writer: FrameWriter): string {
  return hex(concat(writer.take()));
}

describe("a server's frame", () => {
  const writer = new FrameWriter(testPlatform, false);

  test.each([
    [0, "82 00"],
    [125, "82 7d"],
    [126, "82 7e 00 7e"],
    [65_535, "82 7e ff ff"],
    [65_536, "82 7f 00 00 00 00 00 01 00 00"],
  ])("of %i bytes has the shortest length", (length, header) => {
    writer.write(BINARY, new Uint8Array(length));
    expect(writer.size).toBe(bytes(header).length + length);
    const frame = concat(writer.take());
    expect(frame.length).toBe(bytes(header).length + length);
    expect(hex(frame.subarray(0, bytes(header).length))).toBe(header);
  });

  test("has a length above 32 bits in 64", () => {
    // The payload is never touched, as it is not copied.
    const payload = { length: 0x1_0000_0001 } as Uint8Array;
    writer.write(BINARY, payload);
    expect(writer.size).toBe(0x1_0000_0001 + 10);
    const [header, body] = writer.take();
    expect(hex(header!)).toBe("82 7f 00 00 00 01 00 00 00 01");
    expect(body).toBe(payload);
  });
});

describe("a client's frame", () => {
  const writer = new FrameWriter(testPlatform, true);

  test("is the one of RFC 6455 section 5.7", () => {
    writer.write(TEXT, bytes("48 65 6c 6c 6f"));
    expect(written(writer)).toBe("81 85 37 fa 21 3d 7f 9f 4d 51 58");
  });

  test("has its key after a longer length", () => {
    writer.write(BINARY, new Uint8Array(256));
    expect(written(writer).slice(0, 35)).toBe("82 fe 01 00 37 fa 21 3d 37 fa 21 3d");
  });

  test("has a key of its own each time, with the platform's high bit too", () => {
    const keys = [0xffffffff, 0x00000000, 0x80000001];
    const platform: ProtocolPlatform = { ...testPlatform, maskingKey: () => keys.shift()! };
    const several = new FrameWriter(platform, true);
    for (let count = 0; count < 3; count++) several.write(BINARY, Uint8Array.of(0));
    expect(written(several)).toBe("82 81 ff ff ff ff ff 82 81 00 00 00 00 00 82 81 80 00 00 01 80");
  });

  test("leaves the caller's bytes as they are", () => {
    const payload = new Uint8Array(COPY_LIMIT + 1).fill(7);
    writer.write(BINARY, payload);
    expect(writer.take()).toHaveLength(1);
    expect(payload.every((byte) => byte === 7)).toBe(true);
  });
});

describe("small frames", () => {
  test("lie in one piece, in order", () => {
    const writer = new FrameWriter(testPlatform, false);
    for (let flush = 0; flush < 2; flush++) {
      for (const byte of [1, 2, 3]) writer.write(BINARY, Uint8Array.of(byte));
      const chunks = writer.take();
      expect(hex(concat(chunks))).toBe("82 01 01 82 01 02 82 01 03");
      // The first flush doesn't know yet how much there will be.
      if (flush > 0) expect(chunks).toHaveLength(1);
    }
    expect(writer.take()).toEqual([]);
    expect(writer.size).toBe(0);
  });

  test("are copied, so that the caller may reuse its bytes", () => {
    const writer = new FrameWriter(testPlatform, false);
    for (const length of [1, 100, COPY_LIMIT]) {
      const payload = new Uint8Array(length).fill(1);
      writer.write(BINARY, payload);
      payload.fill(2);
      expect(concat(writer.take()).at(-1)).toBe(1);
    }
  });

  test("go on in new memory when there is no more room", () => {
    const writer = new FrameWriter(testPlatform, false);
    for (let count = 0; count < 10_000; count++) writer.write(BINARY, bytes("01 02 03"));
    const chunks = writer.take();
    expect(concat(chunks)).toEqual(bytes("82 03 01 02 03".repeat(10_000)));
    expect(chunks.length).toBeLessThan(12);
  });

  test("get memory after what the last flush took, and give it back", () => {
    const sizes: number[] = [];
    const allocate = (size: number): Uint8Array => {
      sizes.push(size);
      return new Uint8Array(size);
    };
    const writer = new FrameWriter({ ...testPlatform, allocate }, false);
    const flush = (frames: number): void => {
      for (let count = 0; count < frames; count++) writer.write(BINARY, new Uint8Array(98));
      writer.take();
    };
    flush(1);
    flush(3);
    flush(3);
    flush(1);
    flush(1);
    expect(sizes).toEqual([100, 100, 256, 300, 300, 100]);
    sizes.length = 0;
    flush(100_000);
    expect(Math.max(...sizes)).toBe(65_536);
  });
});

describe("a large payload of a server", () => {
  test("is not copied, and lies between what was sent before and after", () => {
    const writer = new FrameWriter(testPlatform, false);
    const large = new Uint8Array(COPY_LIMIT + 1);
    writer.write(BINARY, Uint8Array.of(1));
    writer.write(BINARY, large);
    writer.write(BINARY, Uint8Array.of(2));
    expect(writer.size).toBe(3 + 4 + large.length + 3);
    const chunks = writer.take();
    expect(chunks.filter((chunk) => chunk === large)).toHaveLength(1);
    const at = chunks.indexOf(large);
    expect(hex(concat(chunks.slice(0, at)))).toBe("82 01 01 82 7e 40 01");
    expect(hex(concat(chunks.slice(at + 1)))).toBe("82 01 02");
  });
});

describe("a short text", () => {
  const writer = new FrameWriter(testPlatform, false);

  test("is written at once if it is ASCII", () => {
    expect(writer.writeAscii(TEXT, "Hello")).toBe(true);
    expect(writer.writeAscii(TEXT, "")).toBe(true);
    expect(written(writer)).toBe("81 05 48 65 6c 6c 6f 81 00");
  });

  test.each(["é", "Hellö", "a".repeat(257)])("is left to the encoder otherwise: %s", (text) => {
    expect(writer.writeAscii(TEXT, text)).toBe(false);
    expect(writer.size).toBe(0);
    expect(writer.take()).toEqual([]);
  });

  test("leaves no trace when it turns out not to be ASCII", () => {
    writer.write(TEXT, bytes("41"));
    writer.writeAscii(TEXT, "abcdé");
    writer.write(TEXT, bytes("42"));
    expect(written(writer)).toBe("81 01 41 81 01 42");
  });

  test("is masked by a client", () => {
    const client = new FrameWriter(testPlatform, true);
    client.writeAscii(TEXT, "Hello");
    expect(written(client)).toBe("81 85 37 fa 21 3d 7f 9f 4d 51 58");
  });
});

describe("whole frames", () => {
  test("are not copied", () => {
    const writer = new FrameWriter(testPlatform, false);
    const small = bytes("81 01 41");
    const large = frameMessage(new Uint8Array(COPY_LIMIT), { text: false, compressed: false });
    writer.writeFrames(small);
    writer.writeFrames(large);
    expect(writer.size).toBe(small.length + large.length);
    writer.write(TEXT, bytes("42"));
    const chunks = writer.take();
    expect(chunks[0]).toBe(small);
    expect(chunks[1]).toBe(large);
    expect(hex(chunks[2]!)).toBe("81 01 42");
  });

  test("are taken over from another writer", () => {
    const writer = new FrameWriter(testPlatform, false);
    const other = new FrameWriter(testPlatform, false);
    writer.write(TEXT, bytes("41"));
    other.write(TEXT, bytes("42"));
    writer.append(other);
    writer.write(TEXT, bytes("43"));
    expect(writer.size).toBe(9);
    expect(written(writer)).toBe("81 01 41 81 01 42 81 01 43");
    expect(other.size).toBe(0);
  });
});

describe("a prepared frame", () => {
  test.each([
    [true, false, "81 02 01 02"],
    [false, false, "82 02 01 02"],
    [true, true, "c1 02 01 02"],
    [false, true, "c2 02 01 02"],
  ])("text %s, compressed %s", (text, compressed, expected) => {
    expect(hex(frameMessage(bytes("01 02"), { text, compressed }))).toBe(expected);
  });

  test("is in one piece, of any length", () => {
    const frame = frameMessage(new Uint8Array(70_000), { text: false, compressed: false });
    expect(frame.length).toBe(70_010);
    expect(hex(frame.subarray(0, 10))).toBe("82 7f 00 00 00 00 00 01 11 70");
  });
});
