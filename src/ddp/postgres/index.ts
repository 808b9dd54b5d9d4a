/**
 * `fullduplex/ddp/postgres`: tables of a PostgreSQL database as collections, with live queries.
 *
 * @module
 */

export { postgresDatabase } from "./database.ts";
export type { PostgresDatabase } from "./database.ts";
export type { FieldOf, NewRow, PostgresChanges, PostgresCollection } from "./collection.ts";
export type { PostgresCursor } from "./cursor.ts";
export type { PostgresCollectionOptions, PostgresFindOptions, PostgresOptions } from "./options.ts";
export type {
  PostgresClient,
  PostgresNotification,
  PostgresPool,
  PostgresPoolClient,
  PostgresQuery,
  PostgresQueryable,
  PostgresResult,
} from "./pool.ts";
export { identifier, sql } from "./sql/sql.ts";
export type { Sql, Statement } from "./sql/sql.ts";
