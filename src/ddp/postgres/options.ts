/**
 * What a database and its collections are told when they are made.
 *
 * @module
 */

import type { Clock } from "../../util/clock.ts";
import type { OptionNames } from "../../util/option-names.ts";
import type { Logger } from "../../util/logger.ts";
import type { PostgresClient, PostgresPool } from "./pool.ts";
import type { Sql } from "./sql/sql.ts";

export interface PostgresOptions {
  /** A `Pool` of the `pg` package (`npm install pg`), on the primary server. It stays yours: end it after the database is closed. */
  readonly pool: PostgresPool;
  /**
   * Makes the connection that listens, for when the pool's can't: behind a PgBouncer that gives each transaction another connection.
   * A new `Client` of the `pg` package, not yet connected, straight to the same database. Default: one of the pool's, which has one
   * less then.
   */
  readonly listener?: (() => PostgresClient) | undefined;
  /** Where tables are. Default: `"public"`. */
  readonly schema?: string | undefined;
  /** Default: `console`. */
  readonly logger?: Logger | undefined;
  /** The source of time; tests give their own. */
  readonly clock?: Clock | undefined;
}

export const DATABASE_OPTIONS: OptionNames<PostgresOptions> = {
  pool: true,
  listener: true,
  schema: true,
  logger: true,
  clock: true,
};

export interface PostgresCollectionOptions {
  /** The table, or the view. Default: the collection's name. */
  readonly table?: string | undefined;
  /** Its schema. Default: the database's. */
  readonly schema?: string | undefined;
  /** The column with the ids of the documents: text or a number, never NULL, unique. Default: `"id"`. */
  readonly id?: string | undefined;
  /**
   * Whether the table tells of changes by triggers. Views can't: live queries on one `watch` the tables that it shows, or hear of
   * changes by `invalidate`. Default: `true`.
   */
  readonly triggers?: boolean | undefined;
}

export const COLLECTION_OPTIONS: OptionNames<PostgresCollectionOptions> = {
  table: true,
  schema: true,
  id: true,
  triggers: true,
};

/** Which of the rows, and what of them. */
export interface PostgresFindOptions<Field extends string = string> {
  /** What is after `ORDER BY`. */
  readonly orderBy?: Sql | undefined;
  /** At most so many documents. Those of a live query are read again with each change of the table. */
  readonly limit?: number | undefined;
  /** Leaves out so many first. */
  readonly skip?: number | undefined;
  /** The fields that the documents have, besides `_id`. Default: all columns. */
  readonly fields?: readonly Field[] | undefined;
  /**
   * Names of other collections that the condition looks into: a change there may change what matches here, and has the live query
   * read again.
   */
  readonly watch?: readonly string[] | undefined;
}

export const FIND_OPTIONS: OptionNames<PostgresFindOptions> = {
  orderBy: true,
  limit: true,
  skip: true,
  fields: true,
  watch: true,
};
