import { expect, test } from "vitest";

import { closest } from "../../../src/util/closest.ts";

const NAMES = ["connect", "echo", "hub", "no-compress", "compress"];

test.each([
  ["conect", "connect"],
  ["ecoh", "echo"],
  ["no-compres", "no-compress"],
  ["compresss", "compress"],
  ["hubb", "hub"],
])("%s may have meant %s", (word, meant) => {
  expect(closest(word, NAMES)).toBe(meant);
});

test.each(["", "x", "serve", "connection", "a".repeat(100_000)])(
  "%.10s is like nothing",
  (word) => {
    expect(closest(word, NAMES)).toBeUndefined();
  },
);
