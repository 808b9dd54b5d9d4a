/** What the compiler knows of collections in PostgreSQL: fields and their types, and that SQL comes from templates alone. */

import pg from "pg";
import { createDdp } from "fullduplex/ddp/server";
import type { Cursor, LiveSource } from "fullduplex/ddp/server";
import { postgresDatabase, sql } from "fullduplex/ddp/postgres";
import { assignable, equal } from "./support/assert.ts";

interface Task {
  readonly _id: string;
  readonly list: string;
  readonly points: number;
}

export async function collections(): Promise<void> {
  const listener = (): pg.Client => new pg.Client();
  await using database = postgresDatabase({ pool: new pg.Pool(), listener });
  assignable<typeof database, LiveSource<never>>(true);
  const tasks = database.collection<Task>("tasks");
  const some = tasks.find(sql`list = ${"a"}`, { fields: ["points"] });
  equal<Awaited<ReturnType<typeof some.fetch>>[number], Pick<Task, "_id" | "points">>(true);
  assignable<ReturnType<typeof tasks.find>, Cursor<Task>>(true);
  createDdp().publish("tasks", () => [tasks.find(), some]);

  const id: string = await tasks.insert({ list: "a" });
  await tasks.update(id, { points: sql`points + 1` });
  // @ts-expect-error: there is no such field
  await tasks.update(id, { title: "a" });
  // @ts-expect-error: it is a number
  await tasks.insert({ list: "a", points: "1" });
  // @ts-expect-error: an id never changes
  await tasks.update(id, { _id: "b" });
  // @ts-expect-error: all is said by sql`true`
  await tasks.remove();
  // @ts-expect-error: ids are strings here
  tasks.find(5);
  // @ts-expect-error: nobody knows what a client sends
  tasks.find({} as unknown);
  // @ts-expect-error: an order is SQL
  tasks.find(undefined, { orderBy: "points" });
  // @ts-expect-error: there is no such field
  tasks.find(undefined, { fields: ["title"] });
  // @ts-expect-error: a statement is SQL
  await database.query("SELECT 1");
  // @ts-expect-error: there is no such option
  postgresDatabase({ pool: new pg.Pool(), listen: listener });
}
