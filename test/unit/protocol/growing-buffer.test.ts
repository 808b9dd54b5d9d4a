import { expect, test } from "vitest";
import { GrowingBuffer } from "../../../src/protocol/growing-buffer.ts";
import type { ProtocolPlatform } from "../../../src/protocol/platform.ts";
import { webPlatform } from "../../../src/protocol/web-platform.ts";

/** Writes down how much memory is asked for. */
function recorder(): { platform: ProtocolPlatform; sizes: number[] } {
  const sizes: number[] = [];
  const allocate = (size: number): Uint8Array => {
    sizes.push(size);
    return new Uint8Array(size).fill(0xee);
  };
  return { platform: { ...webPlatform, allocate }, sizes };
}

function sequence(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => at % 251);
}

test("a claimed length costs at most 64 KiB until the bytes come, and then doubles", () => {
  const { platform, sizes } = recorder();
  const buffer = new GrowingBuffer(platform, Infinity);
  const piece = sequence(10_000);
  for (let count = 0; count < 30; count++) buffer.append(piece, 0, piece.length, 300_000);
  expect(sizes).toEqual([65_536, 131_072, 262_144, 300_000]);
});

test("what has just the expected length is handed on without a copy", () => {
  const { platform, sizes } = recorder();
  const buffer = new GrowingBuffer(platform, Infinity);
  const data = sequence(1000);
  buffer.append(data, 0, 400, 1000);
  buffer.append(data, 400, 1000, 1000);
  expect(buffer.take()).toEqual(data);
  expect(sizes).toEqual([1000]);
  expect(buffer.length).toBe(0);
});

test("any number of small pieces is copied a few times only", () => {
  const { platform, sizes } = recorder();
  const buffer = new GrowingBuffer(platform, Infinity);
  const data = sequence(100_000);
  for (let at = 0; at < data.length; at++) buffer.append(data, at, at + 1, 0);
  expect(sizes).toEqual([
    64, 128, 256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072,
  ]);
  expect(buffer.take()).toEqual(data);
  expect(sizes.at(-1)).toBe(100_000);
});

test("doubling stops at the limit", () => {
  const { platform, sizes } = recorder();
  const buffer = new GrowingBuffer(platform, 100);
  const data = sequence(100);
  for (let at = 0; at < data.length; at++) buffer.append(data, at, at + 1, 0);
  expect(sizes).toEqual([64, 100]);
});

test("doubling goes on beyond the limit, whatever the pieces", () => {
  const { platform, sizes } = recorder();
  const buffer = new GrowingBuffer(platform, 100);
  const data = sequence(1000);
  for (let at = 0; at < data.length; at++) buffer.append(data, at, at + 1, 0);
  expect(sizes).toEqual([64, 100, 200, 400, 800, 1600]);
});

test("the first bytes can be dropped, some of them or all", () => {
  const { platform } = recorder();
  const buffer = new GrowingBuffer(platform, Infinity);
  buffer.append(sequence(10), 0, 10, 0);
  buffer.discard(7);
  expect([...buffer.bytes.subarray(0, buffer.length)]).toEqual([7, 8, 9]);
  // What is left doesn't hold on to the rest.
  expect(buffer.bytes.buffer.byteLength).toBe(3);
  buffer.discard(3);
  expect(buffer.length).toBe(0);
  expect(buffer.bytes.length).toBe(0);
});
