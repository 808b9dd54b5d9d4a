import { beforeEach, expect, test, vi } from "vitest";

import type * as FrameSlab from "../../../src/node/frame-slab.ts";

let borrowSlab: typeof FrameSlab.borrowSlab;
let returnSlab: typeof FrameSlab.returnSlab;
let viewOf: typeof FrameSlab.viewOf;

beforeEach(async () => {
  vi.resetModules();
  ({ borrowSlab, returnSlab, viewOf } = await import("../../../src/node/frame-slab.ts"));
});

function borrow(): Buffer {
  const slab = borrowSlab(10);
  if (!slab) throw new Error("it is lent");
  return slab;
}

test("the slab is one borrower's at a time, and the same again and again", () => {
  const slab = borrow();
  expect(borrowSlab(10)).toBeUndefined();
  returnSlab(viewOf(slab, 0, 10), true);
  expect(borrow()).toBe(slab);
});

test("what is longer gets memory of its own", () => {
  expect(borrowSlab(1024 * 1024)).toBeUndefined();
  expect(borrowSlab(10)).toBeInstanceOf(Buffer);
});

test("memory that somebody still reads is not lent again", () => {
  const slab = borrow();
  returnSlab(viewOf(slab, 0, 2000), false);
  const next = borrow();
  expect(next.buffer).not.toBe(slab.buffer);
  returnSlab(viewOf(next, 0, 10), true);
  expect(borrow()).toBe(next);
});

test("what was not lent is not taken back", () => {
  const slab = borrow();
  returnSlab(Buffer.alloc(10), true);
  expect(borrowSlab(10)).toBeUndefined();
  returnSlab(viewOf(slab, 20, 30), true);
  expect(borrow()).toBe(slab);
});

test("a slab that is not given back is replaced in the end, and stays its borrower's", () => {
  const slab = borrow();
  let next: Buffer | undefined;
  for (let count = 0; count < 20_000 && !next; count++) next = borrowSlab(10);
  expect(next?.buffer).not.toBe(slab.buffer);
  returnSlab(viewOf(slab, 0, 10), true);
  expect(borrowSlab(10)).toBeUndefined();
});

test("views are what a subarray would be, and those from the start are kept", () => {
  const slab = borrow().fill("abc");
  expect(viewOf(slab, 0, 3)).toBe(viewOf(slab, 0, 3));
  expect(viewOf(slab, 0, 3)).toStrictEqual(slab.subarray(0, 3));
  expect(viewOf(slab, 1, 3)).toStrictEqual(slab.subarray(1, 3));
  expect(viewOf(slab, 0, 5000)).toStrictEqual(slab.subarray(0, 5000));
  const other = Buffer.from("other");
  expect(viewOf(other, 0, 3)).toStrictEqual(Buffer.from("oth"));
});
