import { expect, test } from "vitest";
import { DisconnectError } from "../../../../src/channels/server/errors.ts";

test.each([
  [2999, ""],
  [5000, ""],
  [3500.5, ""],
  [4000, "x".repeat(124)],
  [4000, "ä".repeat(62)],
  [4000, "42"],
  [4000, '"text"'],
])("a connection can't be closed with %d and %j", (code, reason) => {
  expect(() => new DisconnectError(code, reason)).toThrow(RangeError);
});

test.each([
  [3000, ""],
  [4999, "x".repeat(123)],
  [4000, "banned"],
])("it can with %d and %j", (code, reason) => {
  expect(new DisconnectError(code, reason)).toMatchObject({ closeCode: code, reason });
});
