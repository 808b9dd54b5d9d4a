import { afterAll, beforeAll, describe } from "vitest";
import type pg from "pg";
import { postgresDatabase, sql } from "../../src/ddp/postgres/index.ts";
import { RecordingLogger } from "../support/recording-logger.ts";
import { requirePostgres, TestPostgres } from "../support/postgres.ts";
import type { LiveCase, Thing } from "./live/live-case.ts";
import { liveSourceContract } from "./live/live-source-contract.ts";

interface ThingDocument extends Thing {
  readonly _id: string;
}

describe.runIf(requirePostgres())("PostgreSQL", () => {
  let postgres: TestPostgres;
  let pool: pg.Pool;

  beforeAll(() => {
    postgres = TestPostgres.start();
    pool = postgres.pool();
  });

  afterAll(() => postgres.stop());

  liveSourceContract("PostgreSQL", async (): Promise<LiveCase> => {
    await pool.query("DROP TABLE IF EXISTS things");
    await pool.query('CREATE TABLE things (id text PRIMARY KEY, "group" text, n int)');
    const database = postgresDatabase({ pool, logger: new RecordingLogger() });
    const things = database.collection<ThingDocument>("things");
    await database.install();
    return {
      source: database,
      collection: "things",
      inGroup: (group) => things.find(sql`"group" = ${group}`),
      lowest: (group, limit) => things.find(sql`"group" = ${group}`, { orderBy: sql`n`, limit }),
      byId: (id) => things.find(id as string),
      impossible: things.find(sql`there_is_no_such_column = 1`),
      insert: (thing) => things.insert(thing),
      update: async (id, changes) => void (await things.update(id as string, changes)),
      remove: async (id) => void (await things.remove(id as string)),
      updatePast: (id, changes) =>
        database.transaction(async () => {
          await database.query(sql`SET LOCAL session_replication_role = replica`);
          await things.update(id as string, changes);
        }),
      dispose: () => database.close(),
    };
  });
});
