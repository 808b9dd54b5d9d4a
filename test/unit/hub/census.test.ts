import { expect, test } from "vitest";
import { Census } from "../../../src/hub/census.ts";

test("connections count as long as their handler runs, also when it fails", async () => {
  const census = new Census();
  const ends: ((failure?: Error) => void)[] = [];
  const handler = census.count("/echo", () => {
    return new Promise<void>((resolve, reject) => {
      ends.push((failure) => (failure ? reject(failure) : resolve()));
    });
  });
  census.count("/chat", () => {});
  expect([...census.counts]).toEqual([
    ["/echo", 0],
    ["/chat", 0],
  ]);
  const first = handler();
  const second = handler();
  expect(census.counts.get("/echo")).toBe(2);
  ends[0]?.();
  await first;
  expect(census.counts.get("/echo")).toBe(1);
  ends[1]?.(new Error("broken"));
  await expect(second).rejects.toThrow("broken");
  expect(census.counts.get("/echo")).toBe(0);
});
