import { expect, test } from "vitest";
import {
  changeFields,
  getField,
  isPlainObject,
  setField,
} from "../../../../src/ddp/protocol/fields.ts";
import type { MutableFields } from "../../../../src/ddp/protocol/fields.ts";

const OWN = JSON.parse('{"__proto__":1,"a":2}') as MutableFields;

test("fields may have the names of what every object has", () => {
  const fields: MutableFields = {};
  setField(fields, "__proto__", { x: 1 });
  setField(fields, "toString", 5);
  expect(Object.getPrototypeOf(fields)).toBe(Object.prototype);
  expect(Object.entries(fields)).toEqual([
    ["__proto__", { x: 1 }],
    ["toString", 5],
  ]);
  expect(getField(fields, "toString")).toBe(5);
  expect(getField(fields, "constructor")).toBeUndefined();
});

test("changes make new fields", () => {
  expect(changeFields({ a: 1, b: 2 }, { a: undefined, b: 3, c: 4 })).toEqual({ b: 3, c: 4 });
  const changed = changeFields(OWN, JSON.parse('{"__proto__":3}') as MutableFields);
  expect(JSON.stringify(changed)).toBe('{"__proto__":3,"a":2}');
  expect(JSON.stringify(OWN)).toBe('{"__proto__":1,"a":2}');
});

test("plain objects", () => {
  expect([{}, Object.create(null), JSON.parse("{}")].map(isPlainObject)).toEqual([
    true,
    true,
    true,
  ]);
  expect([[], null, new Date(), new Map(), 5, "x", () => {}].some(isPlainObject)).toBe(false);
});
