/**
 * A table whose rows are documents: its names.
 *
 * @module
 */

import { quoteIdentifier } from "../sql/quote.ts";
import { raw } from "../sql/sql.ts";
import type { Sql } from "../sql/sql.ts";

/** What names a table, in the notifications of its triggers too. */
export function tableKey(schema: string, name: string): string {
  return JSON.stringify([schema, name]);
}

export class Table {
  readonly schema: string;
  readonly name: string;
  /** The column with the documents' ids. */
  readonly idColumn: string;
  /** Whether its triggers tell of changes. */
  readonly hasTriggers: boolean;
  readonly key: string;
  /** Its name in SQL, with its schema. */
  readonly sql: Sql;
  /** The column with the ids in SQL, with the table before it, so that joins and subqueries can't make it ambiguous. */
  readonly id: Sql;
  /** All its columns. */
  readonly everything: Sql;

  constructor(schema: string, name: string, idColumn: string, hasTriggers: boolean) {
    this.schema = schema;
    this.name = name;
    this.idColumn = idColumn;
    this.hasTriggers = hasTriggers;
    this.key = tableKey(schema, name);
    const quoted = quoteIdentifier(name);
    this.sql = raw(`${quoteIdentifier(schema)}.${quoted}`);
    this.id = raw(`${quoted}.${quoteIdentifier(idColumn)}`);
    this.everything = raw(`${quoted}.*`);
  }

  /** One of its columns, as {@link Table.id}. */
  column(name: string): Sql {
    return raw(`${quoteIdentifier(this.name)}.${quoteIdentifier(name)}`);
  }

  toString(): string {
    return `${this.schema}.${this.name}`;
  }
}
