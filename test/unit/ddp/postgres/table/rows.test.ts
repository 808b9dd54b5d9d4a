import { expect, test } from "vitest";
import { readRows } from "../../../../../src/ddp/postgres/table/rows.ts";
import { canonicalId, readerOf, toColumn } from "../../../../../src/ddp/postgres/table/values.ts";

const TEXT = 25;

function result(names: readonly string[], ...rows: unknown[][]) {
  const fields = names.map((name) => ({ name, dataTypeID: TEXT }));
  return { command: "SELECT", rowCount: rows.length, fields, rows };
}

test("the first column is the key, the column of the ids `_id`, and the others are fields", () => {
  const rows = readRows(
    result(["id", "id", "a", "__proto__", "_id"], ["k", "k", null, "p", "x"]),
    "id",
  );
  expect(rows).toHaveLength(1);
  expect(rows[0]?.key).toBe("k");
  expect(rows[0]?.id).toBe("k");
  expect(Object.entries(rows[0]?.fields ?? {})).toEqual([
    ["a", null],
    ["__proto__", "p"],
  ]);
});

test("rows without an id are refused", () => {
  expect(() => readRows(result(["id", "a"], ["k", "b"]), "id")).toThrow(/no column "id"/);
  expect(() => readRows(result(["id", "id"], [null, null]), "id")).toThrow(/the id of a document/);
  expect(() => readRows(result(["id", "id"], ["k", new Date(0)]), "id")).toThrow(TypeError);
});

test("values are read so that they are exact", () => {
  expect(readerOf(20)("9007199254740991")).toBe(9007199254740991);
  expect(readerOf(20)("9007199254740993")).toBe("9007199254740993");
  expect(readerOf(1016)([["1", null], ["9007199254740993"]])).toEqual([
    [1, null],
    ["9007199254740993"],
  ]);
  expect(readerOf(1700)("1.50")).toBe("1.50");
  expect(readerOf(1082)(new Date(26, 10, 5))).toBe("1926-11-05");
  expect(readerOf(1082)(Infinity)).toBe(Infinity);
  expect(readerOf(1182)([new Date(2026, 0, 1)])).toEqual(["2026-01-01"]);
  expect(readerOf(1700)(10n)).toBe(10);
  expect(readerOf(1186)({ days: 1, toPostgres: () => "1 days" })).toBe("1 days");
  const bytes = Buffer.from("ab");
  const read = readerOf(17)(bytes) as Uint8Array;
  expect(read).toEqual(new Uint8Array([97, 98]));
  expect(read.buffer.byteLength).toBe(2);
});

test("JSON is EJSON where it can be, in both directions", () => {
  const value = { at: new Date(5), raw: new Uint8Array([1]) };
  const written = toColumn(value, 3802) as string;
  expect(written).toBe('{"at":{"$date":5},"raw":{"$binary":"AQ=="}}');
  expect(readerOf(3802)(JSON.parse(written))).toEqual(value);
  expect(toColumn([1, 2], 114)).toBe("[1,2]");
  expect(toColumn(null, 3802)).toBe(null);
  expect(toColumn([1, 2], 1007)).toEqual([1, 2]);
  const foreign = { $type: "nobody's", $value: 1 };
  expect(readerOf(3802)(foreign)).toBe(foreign);
});

test("ids are known without the database only where one value has one text", () => {
  const uuid = "0AB0C000-0000-4000-8000-00000000000F";
  expect(canonicalId(uuid, 2950)).toBe(uuid.toLowerCase());
  expect(canonicalId(`{${uuid}}`, 2950)).toBeUndefined();
  expect([canonicalId(5, 23), canonicalId("-5", 20), canonicalId("05", 20)]).toEqual([
    "5",
    "-5",
    undefined,
  ]);
  expect(canonicalId("05", TEXT)).toBe("05");
  expect(canonicalId("1.50", 1700)).toBeUndefined();
});
