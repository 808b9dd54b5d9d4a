/** Documents in PostgreSQL, with a real one: what is written, what live queries hear of, and what goes wrong. */

import pg from "pg";
import { beforeEach, describe, expect, test } from "vitest";
import { identifier, postgresDatabase, sql } from "../../src/ddp/postgres/index.ts";
import { Recorder } from "../support/recorder.ts";
import { requirePostgres } from "../support/postgres.ts";
import { PostgresFixture } from "../support/postgres-tables.ts";
import type { Task } from "../support/postgres-tables.ts";
import { isPending, rejection } from "../support/turns.ts";

describe.runIf(requirePostgres())("PostgreSQL", () => {
  const fixture = new PostgresFixture();

  beforeEach(() => fixture.createTasks());

  test("documents are inserted, found, changed, counted and removed", async () => {
    const tasks = fixture.open().collection<Task>("tasks");
    const drawn = await tasks.insert({ list: "a" });
    expect(drawn).toMatch(/^[2-9A-HJ-NP-Za-km-z]{17}$/);
    expect(await tasks.insert({ _id: "x", list: "b", version: 5 })).toBe("x");
    expect(await tasks.find("x").fetch()).toEqual([{ _id: "x", list: "b", version: 5 }]);
    expect(await tasks.find(sql`list = ${"a"}`).count()).toBe(1);
    expect(await tasks.update("x", { list: "a", version: sql`version + ${2}` })).toBe(1);
    expect(await tasks.findOne("x")).toEqual({ _id: "x", list: "a", version: 7 });
    const options = { orderBy: sql`version DESC`, fields: ["version"] } as const;
    expect(await tasks.find(undefined, options).fetch()).toEqual([
      { _id: "x", version: 7 },
      { _id: drawn, version: 0 },
    ]);
    expect(await tasks.find(undefined, { ...options, skip: 1, limit: 5 }).count()).toBe(1);
    expect(await tasks.remove(sql`list = ${"a"} -- all`)).toBe(2);
    expect(await tasks.findOne()).toBeUndefined();
  });

  test("misuse is refused before the database sees it", async () => {
    const database = fixture.open();
    const tasks = database.collection<Task>("tasks");
    const fromClient = { text: "true", values: [], parts: ["true"] } as never;
    expect(() => tasks.find(fromClient)).toThrow(TypeError);
    expect(() => tasks.find("a", { limit: -1 })).toThrow(RangeError);
    expect(() => tasks.find("a", { watch: ["nobody"] })).toThrow(TypeError);
    expect(() => tasks.find("a", { orderBy: "version" as never })).toThrow(TypeError);
    await expect(tasks.update(fromClient, { list: "a" })).rejects.toThrow(TypeError);
    await expect(tasks.remove(undefined as never)).rejects.toThrow(TypeError);
    await expect(tasks.update("a", {})).rejects.toThrow(TypeError);
    await expect(tasks.update("a", { nothing: 1 } as never)).rejects.toThrow(TypeError);
    await expect(tasks.update("a", { id: "b" } as never)).rejects.toThrow(TypeError);
    await expect(database.query("SELECT 1" as never)).rejects.toThrow(TypeError);
    expect(() => database.collection("tasks", { table: "others" })).toThrow(TypeError);
    expect(() => postgresDatabase({} as never)).toThrow(/npm install pg/);
    const pool = fixture.server.pool({ max: 1 });
    expect(() => postgresDatabase({ pool })).toThrow(RangeError);
  });

  test("a transaction is committed or rolled back whole, and heard of once", async () => {
    const database = fixture.open();
    const tasks = database.collection<Task>("tasks");
    const seen = new Recorder();
    await tasks.find().observe(seen);
    await database.transaction(async () => {
      await tasks.insert({ _id: "a", list: "x" });
      await database.transaction(() => tasks.update("a", { version: 1 }));
      expect(await tasks.find().count()).toBe(1);
      const { rows } = await fixture.outside.query("SELECT * FROM tasks");
      expect(rows).toEqual([]);
    });
    await database.barrier();
    expect(seen.take()).toEqual([["added", "a", { list: "x", version: 1 }]]);
    const failing = database.transaction(async () => {
      await tasks.remove("a");
      throw new Error("no");
    });
    expect(await rejection(failing)).toEqual(new Error("no"));
    const swallowing = database.transaction(async () => {
      await tasks.update("a", { version: 9 });
      await tasks.insert({ _id: "a", list: "y" }).catch(() => {});
    });
    expect(await rejection(swallowing)).toMatchObject({ code: "ERR_STATE" });
    await database.barrier();
    expect(seen.log).toEqual([]);
    expect(await tasks.find().fetch()).toEqual([{ _id: "a", list: "x", version: 1 }]);
  });

  test("what the database refuses reaches who asked", async () => {
    const tasks = fixture.open().collection<Task>("tasks");
    await tasks.insert({ _id: "a", list: "x" });
    expect(await rejection(tasks.insert({ _id: "a", list: "x" }))).toMatchObject({ code: "23505" });
    expect(await rejection(tasks.find(sql`nonsense`).observe(new Recorder()))).toMatchObject({
      code: "42703",
    });
  });

  test("whoever writes, live queries hear of it: many rows, long ids, TRUNCATE, changed ids", async () => {
    const database = fixture.open();
    const seen = new Recorder();
    await database
      .collection<Task>("tasks")
      .find(sql`list <> 'hidden'`)
      .observe(seen);
    const { outside } = fixture;
    const step = async (text: string, ...values: unknown[]): Promise<void> => {
      await outside.query(text, values);
      await database.barrier();
      const { rows } = await outside.query<{ id: string }>(
        "SELECT * FROM tasks WHERE list <> 'hidden'",
      );
      const expected = rows.map(({ id, ...fields }) => [id, fields] as const);
      expect(new Map(seen.documents)).toEqual(new Map(expected));
      expect(seen.mistakes).toEqual([]);
    };
    const many = "INSERT INTO tasks SELECT $1 || n, 'a' FROM generate_series(1, $2::int) AS n";
    await step(many, "few", 150);
    await step(many, "many", 1000);
    await step(many, "x".repeat(2000), 20);
    await step("UPDATE tasks SET id = 'renamed' WHERE id = 'few1'");
    await step("UPDATE tasks SET list = 'hidden' WHERE id LIKE 'many%'");
    await step("UPDATE tasks SET version = 1");
    await step("DELETE FROM tasks WHERE id LIKE 'few%'");
    await step("TRUNCATE tasks");
    await step("INSERT INTO tasks VALUES ($1, 'a')", "\"}\\'é\u2028");
    seen.take();
    await step("UPDATE tasks SET version = 2 WHERE id = 'nobody'");
    expect(seen.log).toEqual([]);
  });

  test("values come back as what they were", async () => {
    await fixture.outside.query(
      "DROP TABLE IF EXISTS every CASCADE; DROP DOMAIN IF EXISTS settings",
    );
    await fixture.outside.query(`CREATE DOMAIN settings AS jsonb; CREATE TABLE every (
      id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, flag bool, small int2, big int8, exact numeric, half float8,
      words text[], numbers int8[], raw bytea, day date, at timestamptz, local timestamp, span interval, plain json, rich jsonb,
      own settings, uid uuid, "__proto__" text)`);
    const database = fixture.open();
    type Every = { readonly _id: number } & Readonly<Record<string, unknown>>;
    const every = database.collection<Every>("every");
    await database.install();
    const seen = new Recorder();
    await every.find(1).observe(seen);
    const document = {
      flag: true,
      small: -1,
      big: 2 ** 40,
      exact: "1.50",
      half: Number.NaN,
      words: ['a,"b\\', "", "{}"],
      numbers: [1, 2],
      raw: new Uint8Array([0, 255]),
      day: "2026-03-29",
      at: new Date(1234567890123),
      local: new Date(1234567890123),
      span: null,
      plain: [1, { a: null }],
      rich: { at: new Date(5), list: [new Uint8Array([1])] },
      own: ["a"],
      uid: "0ab0c000-0000-4000-8000-00000000000f",
      ["__proto__"]: "own",
    };
    const id = await every.insert(document);
    expect(id).toBe(1);
    await database.barrier();
    expect(seen.take()).toEqual([["added", 1, document]]);
    expect(await every.find(id).fetch()).toEqual([{ _id: 1, ...document }]);
    await every.update(id, { span: sql`'1 day 2 hours'`, big: "9007199254740993", raw: null });
    await database.barrier();
    const changes = { span: "2 hours 1 days", big: "9007199254740993", raw: null };
    expect(seen.take()).toEqual([["changed", 1, changes]]);
    await fixture.outside.query("ALTER TABLE every ADD COLUMN later int DEFAULT 3");
    await every.update(id, { later: 4, small: null });
    await database.barrier();
    expect(seen.take()).toEqual([["changed", 1, { later: 4, small: null }]]);
  });

  test("ids that several texts name are found by each of them, live too", async () => {
    await fixture.outside.query("DROP TABLE IF EXISTS named CASCADE");
    await fixture.outside.query("CREATE TABLE named (id uuid PRIMARY KEY, n int)");
    const database = fixture.open();
    const named = database.collection<{ _id: string; n: number }>("named");
    await database.install();
    const id = "0ab0c000-0000-4000-8000-00000000000f";
    const names = [id, id.toUpperCase(), `{${id}}`];
    const seen = names.map(() => new Recorder());
    for (const [index, name] of names.entries())
      await named.find(name).observe(seen[index] as Recorder);
    await named.insert({ _id: id, n: 1 });
    await database.barrier();
    for (const each of seen) expect(each.log).toEqual([["added", id, { n: 1 }]]);
  });

  test("the listener may have a connection of its own, and transactions the whole pool", async () => {
    const pool = fixture.server.pool({ max: 1 });
    const database = fixture.open({ pool, listener: () => new pg.Client(fixture.server.config) });
    const tasks = database.collection<Task>("tasks");
    const seen = new Recorder();
    await tasks.find().observe(seen);
    await database.transaction(() => tasks.insert({ _id: "a", list: "x" }));
    await database.barrier();
    expect(seen.log).toHaveLength(1);
  });

  test("a window is read again, and stays exact", async () => {
    const database = fixture.open();
    const tasks = database.collection<Task>("tasks");
    const seen = new Recorder();
    for (const id of ["a", "b", "c", "d"]) await tasks.insert({ _id: id, list: "x" });
    await tasks.find(undefined, { orderBy: sql`version`, skip: 1, limit: 2 }).observe(seen);
    expect([...seen.documents.keys()]).toEqual(["b", "c"]);
    await tasks.update("d", { version: -1 });
    await database.barrier();
    expect([...seen.documents.keys()].toSorted()).toEqual(["a", "b"]);
  });

  test("a condition may look into other tables that the query watches, and views hear of changes so too", async () => {
    const { outside } = fixture;
    await outside.query("DROP TABLE IF EXISTS members CASCADE");
    await outside.query("CREATE TABLE members (id text PRIMARY KEY, list text)");
    await outside.query("CREATE OR REPLACE VIEW shown AS SELECT * FROM tasks WHERE version > 0");
    const database = fixture.open();
    const tasks = database.collection<Task>("tasks");
    const members = database.collection<{ _id: string; list: string }>("members");
    const shown = database.collection<Task>("shown", { triggers: false });
    await database.install();
    await tasks.insert({ _id: "t", list: "x", version: 1 });
    const [mine, view] = [new Recorder(), new Recorder()];
    const where = sql`list IN (SELECT list FROM ${members.table} WHERE id = ${"ada"})`;
    await tasks.find(where, { watch: ["members"] }).observe(mine);
    await shown.find(undefined, { watch: ["tasks"] }).observe(view);
    expect(mine.log).toEqual([]);
    await outside.query("INSERT INTO members VALUES ('ada', 'x')");
    await database.barrier();
    expect(mine.take()).toEqual([["added", "t", { list: "x", version: 1 }]]);
    await members.remove("ada");
    await tasks.update("t", { version: 0 });
    await database.barrier();
    expect(mine.take()).toEqual([["removed", "t"]]);
    expect([...view.documents]).toEqual([]);
    expect(view.log).toHaveLength(2);
  });

  test("a live query on a table without triggers is refused, and install may run again and at once", async () => {
    await fixture.outside.query('DROP TABLE IF EXISTS "od""d" CASCADE');
    await fixture.outside.query('CREATE TABLE "od""d" ("the id" int PRIMARY KEY, "a b" text)');
    const [one, two] = [fixture.open(), fixture.open()];
    const odd = (database: typeof one) =>
      database.collection<{ _id: number; "a b": string }>("odd", { table: 'od"d', id: "the id" });
    const refused = await rejection(odd(one).find().observe(new Recorder()));
    expect(refused).toMatchObject({ code: "ERR_STATE" });
    expect(String(refused)).toContain("install()");
    odd(two);
    await Promise.all([one.install(), two.install()]);
    await one.install();
    await fixture.outside.query(one.migration());
    const seen = new Recorder();
    await odd(one).find().observe(seen);
    await odd(two).insert({ _id: 7, "a b": "x" });
    await odd(two).update(sql`${identifier("a b")} = ${"x"}`, { "a b": "y" });
    await one.barrier();
    expect([...seen.documents]).toEqual([["~7", { "a b": "y" }]]);
  });

  test("tables of several schemas are told apart", async () => {
    await fixture.outside.query(`DROP SCHEMA IF EXISTS "o'ther" CASCADE; CREATE SCHEMA "o'ther"`);
    await fixture.outside.query(`CREATE TABLE "o'ther".tasks (LIKE public.tasks INCLUDING ALL)`);
    const database = fixture.open({ schema: "o'ther" });
    const here = database.collection<Task>("tasks");
    const there = database.collection<Task>("publicTasks", { schema: "public", table: "tasks" });
    await database.install();
    const [seenHere, seenThere] = [new Recorder(), new Recorder()];
    await here.find().observe(seenHere);
    await there.find().observe(seenThere);
    await here.insert({ _id: "a", list: "x" });
    await there.insert({ _id: "b", list: "x" });
    await database.barrier();
    expect([...seenHere.documents.keys(), ...seenThere.documents.keys()]).toEqual(["a", "b"]);
  });

  test("who writes needs no rights but those on the table", async () => {
    const { outside } = fixture;
    await outside.query("DROP ROLE IF EXISTS writer");
    await outside.query("CREATE ROLE writer LOGIN; GRANT INSERT ON tasks TO writer");
    const database = fixture.open();
    const seen = new Recorder();
    await database.collection<Task>("tasks").find().observe(seen);
    const writer = fixture.server.pool({ user: "writer" });
    await writer.query("SET search_path = pg_temp; INSERT INTO public.tasks VALUES ('w', 'x')");
    await database.barrier();
    expect(seen.documents.has("w")).toBe(true);
    await outside.query("REVOKE ALL ON tasks FROM writer");
  });

  test("a condition that fails for a row fails its own query, and no other", async () => {
    const database = fixture.open();
    const tasks = database.collection<Task>("tasks");
    const failing = new Recorder();
    const others = [new Recorder(), new Recorder()];
    await tasks.find(sql`10 / version > 1`).observe(failing);
    for (const [index, seen] of others.entries()) {
      await tasks.find(sql`list = ${"x"} AND version >= ${index}`).observe(seen);
    }
    await tasks.insert({ _id: "a", list: "x", version: 2 });
    await database.barrier();
    expect(failing.take()).toHaveLength(1);
    await tasks.insert({ _id: "b", list: "x" });
    await database.barrier();
    expect(failing.log).toEqual([["failed", expect.objectContaining({ code: "22012" })]]);
    expect(others.map(({ documents }) => [...documents.keys()])).toEqual([["a", "b"], ["a"]]);
  });

  test("changes are called back with, and whoever gets them may change them", async () => {
    const database = fixture.open();
    const tasks = database.collection<Task>("tasks");
    await tasks.insert({ _id: "a", list: "x" });
    const log: unknown[] = [];
    const handle = await tasks.find(sql`list = ${"x"}`).observeChanges({
      added: (id, fields) =>
        log.push(["added", id, { ...fields }], Object.assign(fields, { list: 1 })),
      changed: (id, fields) => log.push(["changed", id, fields]),
      removed: (id) => log.push(["removed", id]),
    });
    await tasks.update("a", { version: 1 });
    await database.barrier();
    await tasks.update("a", { list: "y" });
    await database.barrier();
    handle.stop();
    expect(log).toEqual([
      ["added", "a", { list: "x", version: 0 }],
      expect.anything(),
      ["changed", "a", { version: 1 }],
      ["removed", "a"],
    ]);
  });

  test("a table that is gone fails its live queries", async () => {
    const database = fixture.open();
    const seen = new Recorder();
    await database.collection<Task>("tasks").find().observe(seen);
    await fixture.outside.query(
      "BEGIN; DELETE FROM tasks; INSERT INTO tasks VALUES ('a', 'x'); ALTER TABLE tasks RENAME TO gone; COMMIT",
    );
    await database.barrier();
    expect(seen.log).toEqual([["failed", expect.objectContaining({ code: "42P01" })]]);
    await fixture.outside.query("DROP TABLE gone");
  });

  test("close ends everything, and every promise settles", async () => {
    const database = fixture.open();
    const tasks = database.collection<Task>("tasks");
    const seen = new Recorder();
    const handle = await tasks.find().observe(seen);
    const waiting = [database.barrier(), tasks.find(sql`version = 1`).observe(new Recorder())];
    await database.close();
    await database.close();
    await Promise.allSettled(waiting);
    await tasks.insert({ _id: "a", list: "x" });
    expect(seen.log).toEqual([]);
    expect(await rejection(tasks.find().observe(seen))).toMatchObject({ code: "ERR_STATE" });
    handle.stop();
    expect(await isPending(database.barrier())).toBe(false);
  });
});
