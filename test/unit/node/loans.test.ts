import { expect, test } from "vitest";

import { Loans, isSame } from "../../../src/node/loans.ts";

async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.finally(() => (settled = true));
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

test("a loan is returned once its own bytes have been written", async () => {
  const loans = new Loans();
  const memory = Buffer.alloc(10);
  const returned = loans.add(memory);
  expect(loans.find(memory.subarray(1))).toBeUndefined();
  expect(loans.find(Buffer.alloc(10))).toBeUndefined();
  const written = loans.find(memory.subarray(0, 10));
  loans.returnUnused();
  expect(await isSettled(returned)).toBe(false);
  written?.();
  expect(await isSettled(returned)).toBe(true);
});

test("the same memory can be lent twice", async () => {
  const loans = new Loans();
  const memory = Buffer.alloc(10);
  const [first, second] = [loans.add(memory), loans.add(memory)];
  const [firstWritten, secondWritten] = [loans.find(memory), loans.find(memory)];
  expect(loans.find(memory)).toBeUndefined();
  firstWritten?.();
  expect(await isSettled(first)).toBe(true);
  expect(await isSettled(second)).toBe(false);
  secondWritten?.();
  expect(await isSettled(second)).toBe(true);
});

test("what is not being written can be returned, or everything", async () => {
  const loans = new Loans();
  const memory = [Buffer.alloc(1), Buffer.alloc(1)] as const;
  const returned = memory.map((bytes) => loans.add(bytes));
  loans.find(memory[0]);
  loans.returnUnused();
  expect(await Promise.all(returned.map(isSettled))).toEqual([false, true]);
  expect(loans.size).toBe(1);
  loans.returnAll();
  expect(loans.size).toBe(0);
  expect(await Promise.all(returned.map(isSettled))).toEqual([true, true]);
});

test("bytes are the same if they are the same memory", () => {
  const memory = Buffer.alloc(8);
  expect(isSame(memory, memory.subarray(0))).toBe(true);
  expect(isSame(memory, memory.subarray(0, 4))).toBe(false);
  expect(isSame(memory.subarray(0, 4), memory.subarray(4))).toBe(false);
  expect(isSame(memory, Buffer.alloc(8))).toBe(false);
});
