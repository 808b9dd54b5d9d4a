import { expect, test } from "vitest";
import { compileSort } from "../../../../src/ddp/query/sort.ts";

type Sort = Readonly<Record<string, 1 | -1>>;

/** The documents are in the order that `sort` asks for, and come into it from the reverse. */
function expectOrder(sort: Sort, documents: object[]): void {
  expect(documents.toReversed().sort(compileSort(sort))).toEqual(documents);
}

test("minimongo - sort, sort keys", () => {
  expectOrder({ a: 1 }, [{}, { a: null }, { a: 1 }, { a: 2 }, { a: "x" }]);
  expectOrder({ a: -1 }, [{ a: "x" }, { a: 2 }, { a: 1 }, {}]);
  expectOrder({ a: 1, b: -1 }, [
    { a: 1, b: 2 },
    { a: 1, b: 1 },
    { a: 2, b: 9 },
  ]);
  const documents = [{ a: 2 }, { a: 1 }];
  expect(documents.toSorted(compileSort({}))).toEqual(documents);
});

test("minimongo - subkey sort", () => {
  expectOrder({ "a.b": 1 }, [{ a: 5 }, { a: { b: 1 } }, { a: { b: 2 } }]);
  expectOrder({ "a.b.c": -1 }, [{ a: { b: { c: 2 } } }, { a: { b: { c: 1 } } }, { a: { b: {} } }]);
});

test("minimongo - array sort", () => {
  expectOrder({ a: 1 }, [{ a: [] }, { a: [5, 1] }, { a: 2 }, { a: [3, 9] }]);
  expectOrder({ a: -1 }, [{ a: [3, 9] }, { a: [5, 1] }, { a: 2 }, { a: [] }]);
  expectOrder({ "a.0": 1 }, [{ a: [3, 9] }, { a: [5, 1] }]);
});

test("minimongo - nested array sort", () => {
  expectOrder({ "a.b": 1 }, [{ a: [{ b: 4 }, { b: 1 }] }, { a: [{ b: 2 }] }, { a: { b: 3 } }]);
  expectOrder({ "a.b": -1 }, [{ a: [{ b: [1, 9] }, { b: 1 }] }, { a: [{ b: 5 }] }]);
});

test("a direction is 1 or -1", () => {
  for (const direction of [0, 2, "asc", undefined]) {
    const refused = expect.objectContaining({ error: 409 }) as Error;
    expect(() => compileSort({ a: direction } as unknown as Sort)).toThrow(refused);
  }
});
