import { expect, test } from "vitest";
import { Deferred } from "../../../src/util/deferred.ts";

test("a deferred is resolved from outside, once", async () => {
  const deferred = new Deferred<number>();
  deferred.resolve(1);
  deferred.resolve(2);
  deferred.reject(new Error("late"));
  expect(await deferred.promise).toBe(1);
});

test("a deferred is rejected from outside", async () => {
  const deferred = new Deferred<number>();
  deferred.reject(new Error("why"));
  await expect(deferred.promise).rejects.toThrow("why");
});
