import { isUtf8 } from "node:buffer";
import { describe, expect, test } from "vitest";
import { isValidUtf8, Utf8Validator } from "../../../src/protocol/utf8-validator.ts";
import { bytes } from "./support.ts";

/** The index of the first byte that is refused; -1 when all are taken. */
function firstRefused(data: Uint8Array): number {
  const validator = new Utf8Validator();
  for (let at = 0; at < data.length; at++) if (!validator.push(data, at, at + 1)) return at;
  return -1;
}

const VALID: [name: string, hex: string][] = [
  ["nothing", ""],
  ["ASCII", "48 65 6c 6c 6f 00 7f"],
  ["the first and last character of 2 bytes", "c2 80 df bf"],
  ["the first and last character of 3 bytes", "e0 a0 80 ef bf bf"],
  ["the characters around the surrogates", "ed 9f bf ee 80 80"],
  ["the first and last character of 4 bytes", "f0 90 80 80 f4 8f bf bf"],
  ["U+FFFD and noncharacters", "ef bf bd ef bf be ef b7 90"],
  ["a byte-order mark", "ef bb bf 41"],
];

const INVALID: [name: string, hex: string, at: number][] = [
  ["a continuation byte alone", "41 80", 1],
  ["an overlong form of 2 bytes", "c0 af", 0],
  ["another overlong form of 2 bytes", "c1 bf", 0],
  ["an overlong form of 3 bytes", "e0 9f bf", 1],
  ["an overlong form of 4 bytes", "f0 8f bf bf", 1],
  ["a surrogate", "ed a0 80", 1],
  ["the last surrogate", "ed bf bf", 1],
  ["a pair of surrogates", "ed a0 80 ed b0 80", 1],
  ["U+110000", "f4 90 80 80", 1],
  ["a lead that no character has", "f5 80 80 80", 0],
  ["a lead of 5 bytes", "f8 88 80 80 80", 0],
  ["FE and FF", "fe ff", 0],
  ["a character that ends after 1 byte", "c3 41", 1],
  ["a character that ends after 2 bytes", "e2 82 41", 2],
  ["a character that ends after 3 bytes", "f0 9f 98 41", 3],
  ["a lead inside a character", "f0 9f c3 a9", 2],
  ["a wrong byte after many", `${"41".repeat(1000)} ff`, 1000],
];

describe("takes", () => {
  test.each(VALID)("%s", (_, hex) => {
    const data = bytes(hex);
    expect(isValidUtf8(data, 0, data.length)).toBe(true);
    expect(firstRefused(data)).toBe(-1);
  });
});

describe("refuses, at the first impossible byte,", () => {
  test.each(INVALID)("%s", (_, hex, at) => {
    const data = bytes(hex);
    expect(isValidUtf8(data, 0, data.length)).toBe(false);
    expect(firstRefused(data)).toBe(at);
  });
});

describe("a text that ends inside a character", () => {
  test.each(["c3", "e2 82", "e2", "f0 9f 98", "f0 9f", "f0"])("%s is not valid", (hex) => {
    const data = bytes(`41 ${hex}`);
    expect(isValidUtf8(data, 0, data.length)).toBe(false);
    const validator = new Utf8Validator();
    expect(validator.push(data, 0, data.length)).toBe(true);
    expect(validator.pending).toBe(data.length - 1);
  });
});

test("agrees with Node about every sequence of 2 bytes, and many of 3 and 4", () => {
  const tails = [0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];
  const wrong: string[] = [];
  const check = (...codes: number[]): void => {
    const data = Uint8Array.from(codes);
    if (isValidUtf8(data, 0, data.length) !== isUtf8(data)) wrong.push(codes.join());
  };
  for (let first = 0; first < 256; first++) {
    for (let second = 0; second < 256; second++) check(first, second);
    for (const second of tails) {
      for (const third of tails) {
        check(first, second, third);
        for (const fourth of tails) check(first, second, third, fourth);
      }
    }
  }
  expect(wrong).toEqual([]);
});

test("goes on with a new text after a reset", () => {
  const validator = new Utf8Validator();
  expect(validator.push(bytes("e0"), 0, 1)).toBe(true);
  validator.reset();
  expect(validator.pending).toBe(0);
  expect(validator.push(bytes("41"), 0, 1)).toBe(true);
});

test("only looks between start and end", () => {
  expect(isValidUtf8(bytes("ff 41 c3 a9 ff"), 1, 4)).toBe(true);
});
