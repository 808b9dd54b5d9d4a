/**
 * What masking and decoding cost by size, each way: where `src` goes from one to the other is decided by this.
 * `node bench/micro/masks.mjs`; nanoseconds for one payload, the best of several runs.
 *
 * @module
 */

import { isUtf8 } from "node:buffer";
import { createSimdMemory, maskWithSimd } from "../../dist/node/simd-memory.js";
import { nodePlatform } from "../../dist/node/platform.js";
import { applyMask } from "../../dist/protocol/mask.js";
import { isValidUtf8 } from "../../dist/protocol/utf8-validator.js";

const KEY = 0x37fa213d;
const RUNS = 7;
/** Behind the header of a frame. */
const START = 14;
const SIZES = [8, 16, 32, 48, 64, 96, 128, 256, 1024, 16_384, 65_536];

const memory = createSimdMemory(128 * 1024) ?? Buffer.alloc(128 * 1024);
memory.fill("a");

/** @type {Record<string, (start: number, end: number) => unknown>} */
const masks = {
  bytes(start, end) {
    for (let at = start; at < end; at++)
      memory[at] = (memory[at] ?? 0) ^ (KEY >>> (24 - ((at - start) & 3) * 8));
  },
  applyMask: (start, end) => applyMask(memory, start, end, KEY),
  simd: (start, end) => maskWithSimd(memory, start, end, KEY),
};

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** @type {Record<string, (start: number, end: number) => unknown>} */
const texts = {
  "loop + utf8Slice": (start, end) =>
    isValidUtf8(memory, start, end) && nodePlatform.decodeUtf8(memory, start, end),
  "isUtf8 + utf8Slice": (start, end) =>
    isUtf8(memory.subarray(start, end)) && nodePlatform.decodeUtf8(memory, start, end),
  TextDecoder: (start, end) => decoder.decode(memory.subarray(start, end)),
};

console.log("masking in place");
table(masks);
memory.fill("a");
console.log("\nchecking and decoding text");
table(texts);

/** @param {Record<string, (start: number, end: number) => unknown>} ways */
function table(ways) {
  console.log(["bytes", ...Object.keys(ways)].map((name) => name.padStart(20)).join(""));
  for (const size of SIZES) {
    const cells = Object.values(ways).map((way) => best(way, size).toFixed(0));
    console.log([size, ...cells].map((cell) => String(cell).padStart(20)).join(""));
  }
}

/**
 * @param {(start: number, end: number) => unknown} way
 * @param {number} size
 */
function best(way, size) {
  const count = Math.ceil(4_000_000 / (size + 100));
  let least = Infinity;
  for (let run = 0; run < RUNS; run++) {
    const began = performance.now();
    for (let index = 0; index < count; index++) way(START, START + size);
    least = Math.min(least, ((performance.now() - began) * 1e6) / count);
  }
  return least;
}
