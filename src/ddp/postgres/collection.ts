/**
 * A table, or a view, as a collection of documents.
 *
 * @module
 */

import type { Document } from "../live/documents.ts";
import { newDocumentId } from "../server/scope.ts";
import { checkOptions } from "../../util/option-names.ts";
import { PostgresCursor } from "./cursor.ts";
import type { Executor } from "./executor.ts";
import type { LiveSide } from "./live/live-side.ts";
import { conditions, hasId } from "./live/select.ts";
import { FIND_OPTIONS } from "./options.ts";
import type { PostgresFindOptions } from "./options.ts";
import { quoteIdentifier } from "./sql/quote.ts";
import { join, raw, Sql, sql } from "./sql/sql.ts";
import type { Column, Columns, Schema } from "./table/schema.ts";
import type { Table } from "./table/table.ts";
import { isText, readerOf, toColumn } from "./table/values.ts";

/** The fields of a document, by name. */
export type FieldOf<T extends Document> = Exclude<keyof T, "_id"> & string;

/** Values to write. A piece of SQL stands for what it computes, such as ``sql`points + 1` ``; `undefined` for nothing. */
export type PostgresChanges<T extends Document> = {
  readonly [Field in FieldOf<T>]?: T[Field] | Sql | undefined;
};

/** A document on its way in: what it leaves out has the column's default; without an id it gets one. */
export type NewRow<T extends Document> = PostgresChanges<T> & {
  readonly _id?: T["_id"] | undefined;
};

/** What a collection stands on. */
export interface CollectionInit {
  readonly name: string;
  readonly table: Table;
  readonly executor: Executor;
  readonly schema: Schema;
  readonly live: LiveSide;
  /** The tables of the collections of these names. */
  readonly tables: (names: readonly string[]) => readonly Table[];
}

/**
 * Rows as documents: the columns are the fields, by the same names, and the column with the ids is `_id`. In a transaction of the
 * database, reads and writes are part of that.
 */
export class PostgresCollection<T extends Document = Document> {
  readonly name: string;
  readonly #init: CollectionInit;

  /** @internal Use {@link PostgresDatabase.collection}. */
  constructor(init: CollectionInit) {
    this.name = init.name;
    this.#init = init;
  }

  /** The table's name in SQL, for statements of your own. */
  get table(): Sql {
    return this.#init.table.sql;
  }

  /**
   * The document of that id, those that meet a condition, or all. In a publication, return it.
   *
   * @throws TypeError for what is neither an id nor a condition, and for an option that there is not.
   * @throws RangeError for a `limit` or `skip` that is no whole number from 0 on.
   *
   * @example
   * ```ts
   * tasks.find(sql`list_id = ${listId}`, { orderBy: sql`created_at DESC`, limit: 20 });
   * ```
   */
  find<Field extends FieldOf<T> = FieldOf<T>>(
    which?: T["_id"] | Sql,
    options: PostgresFindOptions<Field> = {},
  ): PostgresCursor<Pick<T, Field | "_id">> {
    checkOptions("find", options, FIND_OPTIONS);
    const { name, table, executor, live, tables } = this.#init;
    const { orderBy, limit, skip, fields, watch = [] } = options;
    checkCount("limit", limit);
    checkCount("skip", skip);
    if (orderBy !== undefined && !Sql.is(orderBy)) throw new TypeError("orderBy is made by sql`…`");
    const where = which === undefined ? undefined : this.#condition(which);
    const select = { table, where, orderBy, limit, skip, fields };
    const id = typeof which === "string" || typeof which === "number" ? which : undefined;
    const observed = { select, id, others: tables(watch) };
    return new PostgresCursor({ collection: name, observed, executor, live });
  }

  /** The first document that matches. */
  async findOne<Field extends FieldOf<T> = FieldOf<T>>(
    which?: T["_id"] | Sql,
    options: PostgresFindOptions<Field> = {},
  ): Promise<Pick<T, Field | "_id"> | undefined> {
    const [document] = await this.find(which, { ...options, limit: 1 }).fetch();
    return document;
  }

  /**
   * Adds a document, and resolves with its id. One that has none gets the column's default; or, if the column is text and has none,
   * a random one: in a method the one that a client's simulation of the method has drawn.
   *
   * @throws TypeError (as a rejection) for a field that is no column.
   * @throws what the database answers (as a rejection), such as an error with the code "23505" for an id that is taken.
   */
  async insert(document: NewRow<T>): Promise<T["_id"]> {
    const { name, table, executor, schema } = this.#init;
    const { _id: given, ...fields } = document;
    const column = (await schema.columns(table)).get(table.idColumn);
    const drawn = column && isText(column.type) && !column.hasDefault;
    const id = given ?? (drawn ? newDocumentId(name, "STRING") : undefined);
    const entries = await this.#entries(fields);
    if (id !== undefined) entries.push([table.idColumn, toValue(checkId(id), column)]);
    const into = entries.map(([field]) => raw(quoteIdentifier(field)));
    const values = entries.map(([, value]) => value);
    const rest =
      entries.length === 0
        ? sql`DEFAULT VALUES`
        : sql`(${join(into, ", ")}) VALUES (${join(values, ", ")})`;
    const result = await executor.write(
      sql`INSERT INTO ${table.sql} ${rest} RETURNING ${table.id}`,
    );
    return readerOf(result.fields[0]?.dataTypeID ?? 0)(result.rows[0]?.[0]) as T["_id"];
  }

  /**
   * Changes the document of that id, or those that meet a condition, and resolves with their number.
   *
   * @throws TypeError (as a rejection) for a field that is no column, and without any.
   * @throws what the database answers (as a rejection).
   */
  async update(which: T["_id"] | Sql, changes: PostgresChanges<T>): Promise<number> {
    const where = this.#condition(which);
    const entries = await this.#entries(changes);
    if (entries.length === 0) throw new TypeError("update takes something to change");
    const set = entries.map(([field, value]) => sql`${raw(quoteIdentifier(field))} = ${value}`);
    const { table, executor } = this.#init;
    const result = await executor.write(
      sql`UPDATE ${table.sql} SET ${join(set, ", ")} ${conditions([where])}`,
    );
    return result.rowCount ?? 0;
  }

  /**
   * Removes the document of that id, or those that meet a condition, and resolves with their number.
   *
   * @throws TypeError for what is neither, and what the database answers (as rejections).
   */
  async remove(which: T["_id"] | Sql): Promise<number> {
    const where = this.#condition(which);
    const { table, executor } = this.#init;
    const result = await executor.write(sql`DELETE FROM ${table.sql} ${conditions([where])}`);
    return result.rowCount ?? 0;
  }

  #condition(which: unknown): Sql {
    return Sql.is(which) ? which : hasId(this.#init.table, checkId(which));
  }

  /** (A column may have been added since the table was looked at.) */
  async #entries(fields: object): Promise<[string, Sql][]> {
    const { table, schema } = this.#init;
    const given = Object.entries(fields).filter(([, value]) => value !== undefined);
    let columns: Columns = await schema.columns(table);
    if (given.some(([field]) => !columns.has(field))) columns = await schema.columns(table, true);
    return given.map(([field, value]) => {
      const column = columns.get(field);
      if (!column || field === table.idColumn) {
        throw new TypeError(`${this.name} has no field ${JSON.stringify(field)}`);
      }
      return [field, toValue(value, column)];
    });
  }
}

function toValue(value: unknown, column: Column | undefined): Sql {
  return Sql.is(value) ? value : sql`${toColumn(value, column?.type ?? 0)}`;
}

/** What comes from a client may be anything, and is never taken for a condition. */
function checkId(id: unknown): string | number {
  if (typeof id === "string" || typeof id === "number") return id;
  throw new TypeError("documents are named by an id (text or a number) or by a condition, sql`…`");
}

function checkCount(name: string, count: unknown): void {
  if (count === undefined || (Number.isSafeInteger(count) && (count as number) >= 0)) return;
  throw new RangeError(`${name} is a whole number from 0 on`);
}
