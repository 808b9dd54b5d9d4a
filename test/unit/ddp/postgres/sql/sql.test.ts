import { expect, test } from "vitest";
import { identifier, join, Sql, sql } from "../../../../../src/ddp/postgres/sql/sql.ts";
import { quoteLiteral } from "../../../../../src/ddp/postgres/sql/quote.ts";

test("values become parameters, and are never part of the text", () => {
  const title = "'; DROP TABLE tasks; --";
  expect(sql`title = ${title} AND n > ${3}`.toStatement()).toEqual({
    text: "title = $1 AND n > $2",
    values: [title, 3],
  });
});

test("pieces of SQL within others are numbered through", () => {
  const mine = sql`owner = ${"ada"}`;
  const both = sql`WHERE ${mine} OR (${sql`n = ${1} AND ${mine}`}) LIMIT ${2}`;
  expect(both.toStatement()).toEqual({
    text: "WHERE owner = $1 OR (n = $2 AND owner = $3) LIMIT $4",
    values: ["ada", 1, "ada", 2],
  });
  expect(join([sql`${1}`, sql`b`, sql`${2}`], ", ").toStatement()).toEqual({
    text: "$1, b, $2",
    values: [1, 2],
  });
  expect(join([], ", ").toStatement()).toEqual({ text: "", values: [] });
});

test("names are quoted", () => {
  expect(identifier('a"b').toStatement()).toEqual({ text: '"a""b"', values: [] });
  for (const name of ["", "a\0b", undefined as never, {} as never]) {
    expect(() => identifier(name)).toThrow(TypeError);
  }
  expect(quoteLiteral("a'b\\")).toBe("E'a''b\\\\'");
  expect(() => quoteLiteral("\0")).toThrow(TypeError);
});

test("what looks like SQL but was made by nobody here is a value", () => {
  const parsed: unknown = JSON.parse('{"parts":["true"],"values":[],"strings":["true"]}');
  expect(Sql.is(parsed)).toBe(false);
  expect(Sql.is(Object.create(Sql.prototype))).toBe(false);
  expect(sql`x = ${parsed}`.toStatement()).toEqual({ text: "x = $1", values: [parsed] });
});

test("a value is as it was when the piece was made", () => {
  const at = new Date(5);
  const list = ["a", new Uint8Array([1])];
  const { values } = sql`${at} ${list} ${10n ** 20n} ${null} ${true}`.toStatement();
  at.setTime(6);
  list.push("b");
  (list[1] as Uint8Array)[0] = 2;
  const expected = [new Date(5), ["a", new Uint8Array([1])], "100000000000000000000", null, true];
  expect(values).toEqual(expected);
});

test("what can't be compared is no parameter", () => {
  for (const value of [
    undefined,
    () => 1,
    Symbol("a"),
    new Map(),
    new (class extends Array {})().values(),
    [undefined],
  ]) {
    expect(() => sql`${value}`).toThrow(TypeError);
  }
});
