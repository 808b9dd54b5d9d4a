import { beforeEach, describe, expect, test } from "vitest";
import { LiveQuery } from "../../../../../src/ddp/postgres/live/live-query.ts";
import type { Select } from "../../../../../src/ddp/postgres/live/select.ts";
import { selectAll, selectKey, selectSome } from "../../../../../src/ddp/postgres/live/select.ts";
import { sql } from "../../../../../src/ddp/postgres/sql/sql.ts";
import type { Sql, Statement } from "../../../../../src/ddp/postgres/sql/sql.ts";
import type { Row } from "../../../../../src/ddp/postgres/table/rows.ts";
import { Table } from "../../../../../src/ddp/postgres/table/table.ts";
import { FakeClock } from "../../../../../src/testing/fake-clock.ts";
import { Deferred } from "../../../../../src/util/deferred.ts";
import { Recorder } from "../../../../support/recorder.ts";
import { isPending, rejection, turns } from "../../../../support/turns.ts";

const table = new Table("public", "tasks", "id", true);
const all: Select = {
  table,
  where: sql`list = ${"x"}`,
  orderBy: undefined,
  limit: undefined,
  skip: undefined,
  fields: undefined,
};

const ALL = 'SELECT "tasks"."id"::text, "tasks".* FROM "public"."tasks" WHERE (list = $1\n)';
const SOME =
  'SELECT "tasks"."id"::text, "tasks".* FROM "public"."tasks" WHERE ("tasks"."id" = ANY($1)\n) AND (list = $2\n)';

function row(key: string, n: number): Row {
  return { key, id: key, fields: { n } };
}

describe("a live query", () => {
  let clock: FakeClock;
  let asked: { statement: Statement; answer: Deferred<Row[]> }[];
  let seen: Recorder;
  let query: LiveQuery;
  let failures: number;

  beforeEach(() => {
    clock = new FakeClock();
    asked = [];
    seen = new Recorder();
    failures = 0;
    query = make(all);
  });

  function make(select: Select): LiveQuery {
    return new LiveQuery({
      select,
      sink: seen,
      clock,
      askAll: () => ask(selectAll(select)),
      askSome: (ids) => ask(selectSome(select, ids)),
      onFailed: () => void failures++,
    });
  }

  function ask(statement: Sql): Promise<Row[]> {
    const answer = new Deferred<Row[]>();
    asked.push({ statement: statement.toStatement(), answer });
    return answer.promise;
  }

  async function answer(...rows: Row[]): Promise<void> {
    asked.at(-1)?.answer.resolve(rows);
    await turns();
  }

  async function refuse(error: Error): Promise<void> {
    asked.at(-1)?.answer.reject(error);
    await turns();
  }

  async function start(...rows: Row[]): Promise<void> {
    const started = query.start();
    await answer(...rows);
    await started;
    seen.take();
  }

  test("asks for the changed rows, and delivers the difference", async () => {
    await start(row("a", 1), row("b", 1));
    expect(asked.at(-1)?.statement).toEqual({ text: ALL, values: ["x"] });
    query.changed(["a", "b", "c", "d"]);
    expect(asked.at(-1)?.statement).toEqual({ text: SOME, values: [["a", "b", "c", "d"], "x"] });
    await answer(row("a", 2), row("c", 1));
    expect(seen.take()).toEqual([
      ["removed", "b"],
      ["changed", "a", { n: 2 }],
      ["added", "c", { n: 1 }],
    ]);
    expect(query.settled()).toBeUndefined();
  });

  test("what changes during a check is gathered for the next one", async () => {
    await start();
    query.changed(["a"]);
    query.changed(["b"]);
    query.changed(["c", "b"]);
    const settled = query.settled() as Promise<void>;
    expect(asked).toHaveLength(2);
    await answer();
    expect(asked).toHaveLength(3);
    expect(asked.at(-1)?.statement.values).toEqual([["b", "c"], "x"]);
    expect(await isPending(settled)).toBe(true);
    await answer(row("b", 1));
    await settled;
    expect(seen.take()).toEqual([["added", "b", { n: 1 }]]);
  });

  test("what changes while it starts is asked for then", async () => {
    const started = query.start();
    query.changed(["a"]);
    expect(asked).toHaveLength(1);
    await answer(row("a", 1));
    await started;
    expect(asked.at(-1)?.statement.values).toEqual([["a"], "x"]);
    await answer(row("a", 2));
    expect(seen.log.at(-1)).toEqual(["changed", "a", { n: 2 }]);
  });

  test("any row, very many rows, and windows: all is read", async () => {
    await start(row("a", 1));
    query.changed(undefined);
    query.changed(["a"]);
    expect(asked.at(-1)?.statement.text).toBe(ALL);
    await answer();
    expect(asked.at(-1)?.statement.text).toBe(SOME);
    query.changed(Array.from({ length: 10_001 }, (_, index) => `id${index}`));
    await answer();
    expect(asked.at(-1)?.statement.text).toBe(ALL);
    await answer();
    query = make({ ...all, orderBy: sql`n DESC`, limit: 2, skip: 1 });
    await start();
    query.changed(["a"]);
    expect(asked.at(-1)?.statement).toEqual({
      text: `${ALL} ORDER BY n DESC\n, "tasks"."id" LIMIT $2 OFFSET $3`,
      values: ["x", 2, 1],
    });
  });

  test("while the database can't be reached it asks again, for everything", async () => {
    await start(row("a", 1));
    query.changed(["a"]);
    await refuse(Object.assign(new Error("gone"), { code: "ECONNRESET" }));
    const settled = query.settled() as Promise<void>;
    await clock.advanceAsync(500);
    await refuse(Object.assign(new Error("starting"), { code: "57P03", severity: "FATAL" }));
    await clock.advanceAsync(1_000);
    expect(await isPending(settled)).toBe(true);
    expect(asked.at(-1)?.statement.text).toBe(ALL);
    await answer(row("b", 1));
    await settled;
    expect(seen.take()).toEqual([
      ["removed", "a"],
      ["added", "b", { n: 1 }],
    ]);
    expect([failures, clock.timers]).toEqual([0, 0]);
  });

  test("what will never succeed fails it", async () => {
    await start(row("a", 1));
    query.changed(["a"]);
    query.changed(["b"]);
    const settled = query.settled();
    const error = Object.assign(new Error("no such table"), { code: "42P01", severity: "ERROR" });
    await refuse(error);
    await settled;
    expect(seen.log).toEqual([["failed", error]]);
    expect(failures).toBe(1);
    query.changed(["a"]);
    expect(asked).toHaveLength(2);
  });

  test("one that can't start rejects", async () => {
    const started = rejection(query.start());
    const error = new Error("no");
    await refuse(error);
    expect(await started).toBe(error);
    await query.settled();
  });

  test("nothing is delivered once it is stopped, and nobody waits for it", async () => {
    await start();
    query.changed(["a"]);
    query.changed(["b"]);
    const settled = query.settled();
    query.stop();
    query.stop();
    await settled;
    await answer(row("a", 1));
    expect([seen.log, asked.length]).toEqual([[], 2]);
    query = make(all);
    await start();
    query.changed(["a"]);
    await refuse(new Error("gone"));
    query.stop();
    await turns();
    expect(clock.timers).toBe(0);
  });

  test("values that are deeper than messages may be fail it", async () => {
    let deep: unknown = 1;
    for (let level = 0; level < 200; level++) deep = [deep];
    let other: unknown = 2;
    for (let level = 0; level < 200; level++) other = [other];
    await start({ key: "a", id: "a", fields: { deep } });
    query.changed(["a"]);
    await answer({ key: "a", id: "a", fields: { deep: other } });
    expect(seen.log).toEqual([["failed", expect.any(RangeError)]]);
  });

  test("a field that is no longer there is cleared", async () => {
    await start({ key: "a", id: "a", fields: { n: 1, old: 2 } });
    query.changed(["a"]);
    await answer(row("a", 1));
    expect(seen.log).toEqual([["changed", "a", { old: undefined }]]);
  });
});

test("queries are the same only when nothing about them differs", () => {
  const variants: Partial<Select>[] = [
    {},
    { where: undefined },
    { where: sql`list = ${"y"}` },
    { where: sql`list = ${1}` },
    { where: sql`list = ${"1"}` },
    { where: sql`list = ${new Date(0)}` },
    { where: sql`list = ${{ $date: 0 }}` },
    { where: sql`list = ${new Uint8Array([1])}` },
    { orderBy: sql`n` },
    { limit: 1 },
    { skip: 1 },
    { fields: ["n"] },
    { table: new Table("other", "tasks", "id", true) },
    { table: new Table("public", "tasks", "key", true) },
  ];
  const keys = variants.map((variant) => selectKey({ ...all, ...variant }));
  expect(new Set(keys).size).toBe(variants.length);
  expect(selectKey({ ...all, where: sql`list = ${"x"}` })).toBe(keys[0]);
});
