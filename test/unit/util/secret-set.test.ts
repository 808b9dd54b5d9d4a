import { expect, test } from "vitest";
import { inspect } from "node:util";
import { SecretSet } from "../../../src/util/secret-set.ts";

test("knows each of its secrets, and nothing that is like one", async () => {
  const secrets = new SecretSet(["first", "größe", ""]);
  expect(await Promise.all(["first", "größe", ""].map((one) => secrets.has(one)))).toEqual([
    true,
    true,
    true,
  ]);
  for (const other of ["First", "firs", "first ", "grosse", "\0", "x".repeat(100_000)]) {
    expect(await secrets.has(other)).toBe(false);
  }
});

test("without any knows none", async () => {
  expect(await new SecretSet([]).has("")).toBe(false);
});

test("secrets are not shown", () => {
  const secrets = new SecretSet(["first"]);
  expect(inspect(secrets, { depth: 9, showHidden: true })).not.toContain("first");
  expect(JSON.stringify(secrets)).toBe("{}");
});

test("tells which one it is", async () => {
  const secrets = new SecretSet(["first", "second", "third", "fourth"]);
  const indexes = ["fourth", "first", "third", "fifth", "second"].map((one) =>
    secrets.indexOf(one),
  );
  expect(await Promise.all(indexes)).toEqual([3, 0, 2, -1, 1]);
});
