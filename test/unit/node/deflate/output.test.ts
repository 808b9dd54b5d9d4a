import { expect, test } from "vitest";

import { LimitError } from "../../../../src/errors.ts";
import { Output } from "../../../../src/node/deflate/output.ts";

test("collects what is written to its buffer and what is added, in memory of its own", () => {
  const buffer = Buffer.alloc(4);
  const output = new Output(Infinity, buffer);
  output.used = buffer.write("abcd");
  output.spill();
  output.add(Buffer.from("ef"));
  output.spill();
  output.used = buffer.write("gh");
  expect(output.size).toBe(8);
  const taken = output.take();
  buffer.fill(0);
  expect(String(taken)).toBe("abcdefgh");
});

test("cuts the end off, wherever it is", () => {
  for (const cut of [0, 1, 2, 4, 6]) {
    const buffer = Buffer.alloc(4);
    const output = new Output(Infinity, buffer);
    output.add(Buffer.from("ab"));
    output.add(Buffer.from("cd"));
    output.used = buffer.write("ef");
    expect(String(output.take(cut))).toBe("abcdef".slice(0, 6 - cut));
  }
});

test("throws once there is more than the limit, and not before", () => {
  const exact = new Output(3, Buffer.from("abcd"));
  exact.used = 3;
  expect(String(exact.take())).toBe("abc");
  exact.used = 4;
  expect(() => exact.take()).toThrow(LimitError);
  expect(() => exact.spill()).toThrow(LimitError);
  expect(() => new Output(3).add(Buffer.alloc(4))).toThrow(LimitError);
});

test("shares its buffer with other messages", () => {
  expect(new Output(1).buffer).toBe(new Output(2).buffer);
});
