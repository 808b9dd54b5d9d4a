import { expect, test } from "vitest";

import { withSlot } from "../../../../src/node/deflate/slots.ts";

test("eight jobs run at a time, and the others in the order they came", async () => {
  const started: number[] = [];
  const finish: (() => void)[] = [];
  const jobs = Array.from({ length: 20 }, (_, i) =>
    withSlot(async () => {
      started.push(i);
      await new Promise<void>((resolve) => finish.push(resolve));
      return i;
    }),
  );
  await new Promise((resolve) => setImmediate(resolve));
  expect(started.length).toBe(8);
  for (let i = 0; i < 20; i++) {
    finish[i]?.();
    await jobs[i];
    expect(started.length).toBe(Math.min(20, 9 + i));
  }
  expect(await Promise.all(jobs)).toEqual(started);
});

test("a job that fails gives its slot back", async () => {
  const failing = Array.from({ length: 30 }, () =>
    withSlot(() => Promise.reject(new Error("failed"))),
  );
  const results = await Promise.allSettled(failing);
  expect(results.every(({ status }) => status === "rejected")).toBe(true);
  expect(await withSlot(() => Promise.resolve("works"))).toBe("works");
});
