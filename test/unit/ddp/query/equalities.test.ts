import { expect, test } from "vitest";
import { equalitiesIn, valuesOf } from "../../../../src/ddp/query/equalities.ts";

test("texts and numbers that a field has to be are equalities", () => {
  expect(equalitiesIn({ a: "x", b: { $eq: 5 }, done: true })).toEqual([
    { field: "a", value: "x" },
    { field: "b", value: 5 },
  ]);
});

test("everything else says nothing", () => {
  for (const selector of [
    undefined,
    "id",
    {},
    { _id: "a" },
    { a: null },
    { a: undefined },
    { a: Number.NaN },
    { a: ["x"] },
    { a: /x/ },
    { a: new Date(5) },
    { a: { $gt: 5 } },
    { a: { x: 1 } },
    { "a.b": 1 },
    { $or: [{ a: 1 }, { a: 2 }] },
    { $comment: "x" },
  ]) {
    expect(equalitiesIn(selector)).toEqual([]);
  }
});

test("of a list, the elements are the values of its field", () => {
  expect(valuesOf({ a: [1, "x"] }, "a")).toEqual([1, "x"]);
  expect(valuesOf({ a: 1 }, "a")).toEqual([1]);
  expect(valuesOf({}, "toString")).toEqual([undefined]);
});
