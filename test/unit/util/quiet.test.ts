import { expect, test } from "vitest";
import { quiet } from "../../../src/util/quiet.ts";
import { unhandledRejections } from "../../support/turns.ts";

test("a quiet promise that nobody awaits is no unhandled rejection", async () => {
  const loud = new Error("loud");
  const reasons = await unhandledRejections(async () => {
    void quiet(Promise.reject(new Error("quiet")));
    void Promise.reject(loud);
  });
  expect(reasons).toEqual([loud]);
});

test("who awaits a quiet promise sees its error", async () => {
  const promise = Promise.reject(new Error("seen"));
  expect(quiet(promise)).toBe(promise);
  await expect(promise).rejects.toThrow("seen");
});
