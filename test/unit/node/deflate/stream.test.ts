import { createDeflateRaw, createInflateRaw, deflateRawSync } from "node:zlib";

import { expect, test } from "vitest";

import { LimitError } from "../../../../src/errors.ts";
import { Output } from "../../../../src/node/deflate/output.ts";
import { runStream } from "../../../../src/node/deflate/stream.ts";

const long = Buffer.alloc(300_000, "text ");

test("resolves when everything has been written, again and again", async () => {
  const deflate = createDeflateRaw();
  const inflate = createInflateRaw();
  for (let i = 0; i < 3; i++) {
    const compressed = new Output(Infinity);
    expect(await runStream(deflate, long, compressed)).toBe(0);
    const output = new Output(Infinity);
    expect(await runStream(inflate, compressed.take(), output)).toBe(0);
    expect(output.take().equals(long)).toBe(true);
  }
  expect(deflate.listenerCount("data") + inflate.listenerCount("data")).toBe(0);
  deflate.close();
  inflate.close();
});

test("tells how much comes after a final block", async () => {
  const input = Buffer.concat([deflateRawSync(long), Buffer.from("rest")]);
  const output = new Output(Infinity);
  const stream = createInflateRaw();
  expect(await runStream(stream, input, output)).toBe(4);
  expect(output.take().equals(long)).toBe(true);
  stream.close();
});

test("rejects for garbage, and stops at the limit", async () => {
  const garbage = runStream(createInflateRaw(), Buffer.from("ffff", "hex"), new Output(1000));
  await expect(garbage).rejects.toThrow("invalid block type");
  const stream = createInflateRaw();
  await expect(runStream(stream, deflateRawSync(long), new Output(1000))).rejects.toThrow(
    LimitError,
  );
  expect(stream.destroyed).toBe(true);
});

test("rejects when the stream is closed", async () => {
  const stream = createDeflateRaw();
  const run = runStream(stream, long, new Output(Infinity));
  stream.close();
  await expect(run).rejects.toThrow("closed");
});
