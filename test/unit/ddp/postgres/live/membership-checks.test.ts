import { expect, test } from "vitest";
import { MembershipChecks } from "../../../../../src/ddp/postgres/live/membership-checks.ts";
import type { Select } from "../../../../../src/ddp/postgres/live/select.ts";
import { Slots } from "../../../../../src/util/slots.ts";
import type { PostgresResult } from "../../../../../src/ddp/postgres/pool.ts";
import { sql } from "../../../../../src/ddp/postgres/sql/sql.ts";
import type { Statement } from "../../../../../src/ddp/postgres/sql/sql.ts";
import { Table } from "../../../../../src/ddp/postgres/table/table.ts";
import { rejection } from "../../../../support/turns.ts";

const table = new Table("public", "tasks", "id", true);
const COLUMNS = '"tasks"."id"::text, "tasks".*';
const FROM = 'FROM "public"."tasks"';

function inList(list: string, more: Partial<Select> = {}): Select {
  const where = sql`list = ${list}`;
  const nothing = { orderBy: undefined, limit: undefined, skip: undefined, fields: undefined };
  return { table, where, ...nothing, ...more };
}

/** Checks against a database whose answers the test writes, and what that was asked. */
function checksOf(answer: (statement: Statement) => PostgresResult): {
  checks: MembershipChecks;
  asked: Statement[];
} {
  const asked: Statement[] = [];
  const checks = new MembershipChecks(new Slots(1), async (statement) => {
    asked.push(statement.toStatement());
    return answer(statement.toStatement());
  });
  return { checks, asked };
}

function result(...rows: unknown[][]): PostgresResult {
  const width = rows[0]?.length ?? 3;
  const names = ["id", "id", "n", ...Array<string>(width).fill("case")].slice(0, width);
  const fields = names.map((name) => ({ name, dataTypeID: 25 }));
  return { command: "SELECT", rowCount: rows.length, fields, rows };
}

test("a check by itself asks with the query's own condition", async () => {
  const { checks, asked } = checksOf(() => result(["a", "a", 1]));
  expect(await checks.ask(inList("x"), ["a", "b"])).toEqual([
    { key: "a", id: "a", fields: { n: 1 } },
  ]);
  expect(asked).toEqual([
    {
      text: `SELECT ${COLUMNS} ${FROM} WHERE ("tasks"."id" = ANY($1)\n) AND (list = $2\n)`,
      values: [["a", "b"], "x"],
    },
  ]);
});

test("checks of the same turn are one statement, and each gets the rows that it asked for", async () => {
  const { checks, asked } = checksOf(() =>
    result(["a", "a", 1, 1, null, 1], ["b", "b", 2, null, 1, 1]),
  );
  const answers = await Promise.all([
    checks.ask(inList("x"), ["a", "b"]),
    checks.ask(inList("y"), ["a", "b"]),
    checks.ask(inList("", { where: undefined }), ["b", "c"]),
  ]);
  expect(asked).toEqual([
    {
      text: `SELECT ${COLUMNS}, CASE WHEN (list = $1\n) THEN 1 END, CASE WHEN (list = $2\n) THEN 1 END, 1 ${FROM} WHERE "tasks"."id" = ANY($3)`,
      values: ["x", "y", ["a", "b", "c"]],
    },
  ]);
  const [a, b] = [
    { key: "a", id: "a", fields: { n: 1 } },
    { key: "b", id: "b", fields: { n: 2 } },
  ];
  expect(answers).toEqual([[a], [b], [b]]);
  expect(answers[1]?.[0]).toBe(answers[2]?.[0]);
});

test("those of other tables or with other fields are asked by themselves, and very many in parts", async () => {
  const { checks, asked } = checksOf(({ text }) => {
    const width = 3 + text.split("CASE").length - 1;
    return result(["a", "a", ...Array<number>(width - 2).fill(1)]);
  });
  const other = new Table("public", "others", "id", true);
  const variants = [inList("x"), inList("x", { table: other }), inList("x", { fields: ["n"] })];
  await Promise.all(variants.map((select) => checks.ask(select, ["a"])));
  expect(asked).toHaveLength(3);
  const many = Array.from({ length: 250 }, (_, index) => checks.ask(inList(`l${index}`), ["a"]));
  for (const rows of await Promise.all(many)) expect(rows).toHaveLength(1);
  expect(asked.slice(3).map(({ values }) => values.length)).toEqual([101, 101, 51]);
});

test("one that can't be run spoils nothing for the others; what passes is everybody's to try again", async () => {
  let error = Object.assign(new Error("division by zero"), { code: "22012", severity: "ERROR" });
  const { checks, asked } = checksOf(({ values }) => {
    if (values.includes("bad")) throw error;
    return result(["a", "a", 1]);
  });
  const ask = (): Promise<unknown>[] =>
    ["good", "bad", "fine"].map((list) => checks.ask(inList(list), ["a"]));
  const [good, bad, fine] = ask();
  expect(await rejection(bad as Promise<unknown>)).toBe(error);
  expect([await good, await fine]).toEqual([[expect.anything()], [expect.anything()]]);
  expect(asked).toHaveLength(4);
  error = Object.assign(new Error("shutting down"), { code: "57P01", severity: "FATAL" });
  for (const refused of await Promise.all(ask().map(rejection))) expect(refused).toBe(error);
  expect(asked).toHaveLength(5);
});
