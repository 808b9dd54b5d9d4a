/**
 * A PostgreSQL database as a source of documents.
 *
 * @module
 */

import { systemClock } from "../../util/clock.ts";
import { checkOptions } from "../../util/option-names.ts";
import type { Document } from "../live/documents.ts";
import type { DocumentSink, LiveHandle, LiveSource, Publishable } from "../live/live-source.ts";
import type { DocumentId } from "../protocol/document-id.ts";
import type { Logger } from "../../util/logger.ts";
import { PostgresCollection } from "./collection.ts";
import { Executor } from "./executor.ts";
import { fromClient, fromPool } from "./feed/listener.ts";
import { LiveSide } from "./live/live-side.ts";
import { COLLECTION_OPTIONS, DATABASE_OPTIONS } from "./options.ts";
import type { PostgresCollectionOptions, PostgresOptions } from "./options.ts";
import type { PostgresPool } from "./pool.ts";
import { raw, Sql, sql } from "./sql/sql.ts";
import { Schema } from "./table/schema.ts";
import { Table } from "./table/table.ts";
import { triggerSql } from "./table/triggers.ts";

/** A collection that there is. */
interface Entry {
  readonly table: Table;
  readonly collection: PostgresCollection;
}

/**
 * Uses the tables of a PostgreSQL database, from version 14 on, as collections. Live queries hear of every write, whoever makes it:
 * triggers notify of it, see {@link PostgresDatabase.install}.
 *
 * @throws TypeError or RangeError for an option that there is not, or that makes no sense.
 *
 * @example
 * ```ts
 * const database = postgresDatabase({ pool: new pg.Pool({ connectionString }) });
 * const tasks = database.collection<Task>("tasks");
 * await database.install();
 * ddp.publish("tasks", (_subscription, list) => tasks.find(sql`list_id = ${String(list)}`));
 * ddp.methods({ addTask: (_invocation, title) => tasks.insert({ title: String(title) }) });
 * ```
 */
export function postgresDatabase(options: PostgresOptions): PostgresDatabase {
  return new PostgresDatabase(options);
}

/** Close it when it is no longer needed, after the servers that use it, and before its pool is ended. */
export class PostgresDatabase implements LiveSource<Publishable>, AsyncDisposable {
  readonly #pool: PostgresPool;
  readonly #schemaName: string;
  readonly #logger: Logger;
  readonly #executor: Executor;
  readonly #schema: Schema;
  readonly #live: LiveSide;
  readonly #collections = new Map<string, Entry>();

  /** @internal Use {@link postgresDatabase}. */
  constructor(options: PostgresOptions) {
    checkOptions("postgresDatabase", options, DATABASE_OPTIONS);
    const { pool, listener, schema = "public", logger = console, clock = systemClock } = options;
    if (typeof pool?.connect !== "function") {
      throw new TypeError("postgresDatabase takes a Pool of the pg package (npm install pg)");
    }
    if (!listener && pool.options?.max === 1) {
      throw new RangeError("a pool of one connection has none left beside the one that listens");
    }
    this.#pool = pool;
    this.#schemaName = schema;
    this.#logger = logger;
    this.#executor = new Executor(pool, this);
    this.#schema = new Schema(this.#executor);
    this.#live = new LiveSide({
      executor: this.#executor,
      schema: this.#schema,
      connect: () => (listener ? fromClient(listener()) : fromPool(pool)),
      clock,
      logger,
    });
    pool.on("error", this.#onPoolError);
  }

  /** (An error event that nobody listens to would end the process: the server may restart while a connection of the pool is idle.) */
  readonly #onPoolError = (error: Error): void => {
    this.#logger.warn("ddp: an idle connection to the database is lost:", error);
  };

  /**
   * The collection of that name: the same one each time.
   *
   * @throws TypeError for a name that is no text or empty, for an option that there is not, and for another table than it has.
   */
  collection<T extends Document = Document>(
    name: string,
    options: PostgresCollectionOptions = {},
  ): PostgresCollection<T> {
    checkOptions("collection", options, COLLECTION_OPTIONS);
    const { table: tableName = name, schema = this.#schemaName, id = "id" } = options;
    const table = new Table(schema, tableName, id, options.triggers ?? true);
    let entry = this.#collections.get(name);
    if (!entry) {
      entry = { table, collection: this.#makeCollection(name, table) };
      this.#collections.set(name, entry);
    } else if (entry.table.key !== table.key || entry.table.idColumn !== id) {
      throw new TypeError(`the collection ${name} has another table`);
    }
    return entry.collection;
  }

  /**
   * Makes the triggers of all collections so far that lack them. The role needs `TRIGGER` on the tables and `CREATE` on their schemas;
   * afterwards nobody needs anything for them. Waits for writes that are under way, so call it when the application starts or is
   * deployed. Several may call it at once.
   */
  async install(): Promise<void> {
    const missing: Table[] = [];
    for (const table of this.#tables()) {
      if (!(await this.#schema.hasTriggers(table))) missing.push(table);
    }
    if (missing.length === 0) return;
    await this.#executor.transaction(async () => {
      await this.#executor.write(
        sql`SELECT pg_advisory_xact_lock(hashtext('fullduplex/ddp/postgres'))`,
      );
      for (const table of missing) await this.#executor.write(raw(triggerSql(table)));
    });
  }

  /** The SQL that {@link PostgresDatabase.install} runs where nothing is installed, for tools that manage the database's structure. */
  migration(): string {
    return Array.from(this.#tables(), triggerSql).join("\n");
  }

  /**
   * Runs `run`: reads and writes of this database's collections in it are one transaction, committed when it resolves and rolled back
   * when it rejects. It has a connection of the pool to itself. One within another is part of that.
   *
   * @throws what `run` throws or rejects with, what the database answers, and StateError when it rolls back because of a statement
   * that had failed before (as rejections).
   */
  transaction<R>(run: () => R | Promise<R>): Promise<R> {
    return this.#executor.transaction(run);
  }

  /**
   * Runs a statement of your own, in the transaction if there is one. What it writes counts as a write of the method that runs.
   * Resolves with the rows, by name, as `pg` reads them.
   *
   * @throws what the database answers (as a rejection).
   */
  async query(statement: Sql): Promise<Record<string, unknown>[]> {
    if (!Sql.is(statement)) throw new TypeError("query takes a statement that sql`…` made");
    const { fields, rows } = await this.#executor.write(statement);
    return rows.map((row) => Object.fromEntries(fields.map(({ name }, at) => [name, row[at]])));
  }

  /** As {@link Publishable.observe} of the query. */
  observe(query: Publishable, sink: DocumentSink): Promise<LiveHandle> {
    return query.observe(sink);
  }

  /**
   * Resolves when whatever was committed before the call, by this process or another, has been delivered to every live query here.
   * While the connection that listens is lost it waits for that to be back.
   *
   * @throws StateError (as a rejection) when the database is closed.
   */
  barrier(): Promise<void> {
    return this.#live.barrier();
  }

  /** For what triggers don't tell, such as changes of what a view shows. Resolves when live queries of the collection know. */
  async invalidate(collection: string, ids?: Iterable<DocumentId>): Promise<void> {
    const entry = this.#collections.get(collection);
    if (entry) await this.#live.invalidate(entry.table, ids && Array.from(ids, String));
  }

  /** Ends live queries, and the connection that listens. Barriers that wait are rejected; writes that run go on. */
  async close(): Promise<void> {
    this.#live.close();
    this.#pool.off("error", this.#onPoolError);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #makeCollection(name: string, table: Table): PostgresCollection {
    const tables = (names: readonly string[]): readonly Table[] =>
      names.map((other) => this.#tableOf(other));
    const [executor, schema, live] = [this.#executor, this.#schema, this.#live];
    return new PostgresCollection({ name, table, executor, schema, live, tables });
  }

  #tableOf(name: string): Table {
    const entry = this.#collections.get(name);
    if (!entry) throw new TypeError(`there is no collection ${JSON.stringify(name)} to watch`);
    return entry.table;
  }

  /** Those with triggers, each once. */
  #tables(): Iterable<Table> {
    const tables = new Map<string, Table>();
    for (const { table } of this.#collections.values()) {
      if (table.hasTriggers) tables.set(table.key, table);
    }
    return tables.values();
  }
}
