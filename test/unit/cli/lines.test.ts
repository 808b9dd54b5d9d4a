import { Readable } from "node:stream";

import * as fc from "fast-check";
import { expect, test } from "vitest";

import { readLines } from "../../../src/cli/lines.ts";

async function lines(chunks: readonly (Uint8Array | string)[], limit = 1000): Promise<unknown[]> {
  const found = [];
  for await (const line of readLines(Readable.from(chunks), limit)) found.push(line?.toString());
  return found;
}

test("lines end with LF or CRLF, and the last one needs no end", async () => {
  expect(await lines([Buffer.from("a\r\nb\n\nc")])).toEqual(["a", "b", "", "c"]);
  expect(await lines([Buffer.from("a\n")])).toEqual(["a"]);
  expect(await lines([])).toEqual([]);
});

test("nothing else ends a line", async () => {
  const text = "a\rb\u2028c\u2029d\x0be\x85f";
  expect(await lines([Buffer.from(`${text}\n`)])).toEqual([text]);
});

test("a line that is too long is not kept, and the next one is read", async () => {
  expect(await lines(["abc", "d\nabc\nabcde\nx"], 3)).toEqual([undefined, "abc", undefined, "x"]);
  expect(await lines(["abcd"], 3)).toEqual([undefined]);
});

test("the lines don't depend on how the bytes are cut", async () => {
  const pieces = fc.array(fc.constantFrom("\n", "\r\n", "\r", "é", "ab", "😀"), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(pieces, fc.array(fc.nat(40), { maxLength: 10 }), async (text, cuts) => {
      const bytes = Buffer.from(text.join(""));
      const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
      expect(await lines(chunks)).toEqual(await lines([bytes]));
    }),
  );
});
