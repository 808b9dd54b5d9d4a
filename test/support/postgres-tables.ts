/**
 * What tests with a PostgreSQL share: a table, databases on it, and waiting for them.
 *
 * @module
 */

import { afterAll, afterEach, beforeAll } from "vitest";
import type pg from "pg";
import { postgresDatabase } from "../../src/ddp/postgres/index.ts";
import type { PostgresDatabase, PostgresOptions } from "../../src/ddp/postgres/index.ts";
import { RecordingLogger } from "./recording-logger.ts";
import { TestPostgres } from "./postgres.ts";

/** A document of the table that the tests use. */
export interface Task {
  readonly _id: string;
  readonly list: string;
  readonly version: number;
}

/** A server for the tests around this call, and what they make with it. */
export class PostgresFixture {
  readonly logger: RecordingLogger = new RecordingLogger();
  #server: TestPostgres | undefined;
  #pool: pg.Pool | undefined;
  readonly #databases: PostgresDatabase[] = [];

  constructor() {
    beforeAll(() => {
      this.#server = TestPostgres.start();
      this.#pool = this.#server.pool();
    });
    afterEach(async () => {
      for (const database of this.#databases.splice(0)) await database.close();
    });
    afterAll(() => this.#server?.stop());
  }

  get server(): TestPostgres {
    if (!this.#server) throw new Error("no test is running");
    return this.#server;
  }

  /** A pool that stands for another program. */
  get outside(): pg.Pool {
    if (!this.#pool) throw new Error("no test is running");
    return this.#pool;
  }

  /** A database as one process has it: with a pool of its own. */
  open(options: Partial<PostgresOptions> = {}): PostgresDatabase {
    const pool = this.server.pool();
    const database = postgresDatabase({ pool, logger: this.logger, ...options });
    this.#databases.push(database);
    return database;
  }

  /** Makes the table of tasks anew, with its triggers. */
  async createTasks(): Promise<void> {
    await this.outside.query("DROP TABLE IF EXISTS tasks CASCADE");
    await this.outside.query(
      "CREATE TABLE tasks (id text PRIMARY KEY, list text NOT NULL, version int NOT NULL DEFAULT 0)",
    );
    const database = this.open();
    database.collection("tasks");
    await database.install();
  }
}
