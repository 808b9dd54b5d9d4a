/**
 * Which documents a query is for.
 *
 * @module
 */

import { stringify } from "../../protocol/ejson/text.ts";
import { join, sql } from "../sql/sql.ts";
import type { Sql, Statement } from "../sql/sql.ts";
import type { Table } from "../table/table.ts";

/** What there is to know of a query. */
export interface Select {
  readonly table: Table;
  /** `undefined`: all rows. */
  readonly where: Sql | undefined;
  /** What is after `ORDER BY`. */
  readonly orderBy: Sql | undefined;
  readonly limit: number | undefined;
  readonly skip: number | undefined;
  /** `undefined`: all columns. */
  readonly fields: readonly string[] | undefined;
}

/** Whether other rows decide if a row is in it. */
export function isWindow({ limit, skip }: Select): boolean {
  return limit !== undefined || skip !== undefined;
}

/** All its rows, as `readRows` takes them. */
export function selectAll(select: Select): Sql {
  const { table, where, limit, skip } = select;
  const pieces = [sql`SELECT ${columns(select)} FROM ${table.sql}`];
  if (where) pieces.push(conditions([where]));
  const order = ordering(select);
  if (order) pieces.push(order);
  if (limit !== undefined) pieces.push(sql`LIMIT ${limit}`);
  if (skip !== undefined) pieces.push(sql`OFFSET ${skip}`);
  return join(pieces, " ");
}

/** Those of its rows that have one of these ids; not for windows. */
export function selectSome(select: Select, ids: readonly string[]): Sql {
  const { table, where } = select;
  // (The parameter gets the type of the column, so that its index is used.)
  const among = sql`${table.id} = ANY(${ids})`;
  const all = conditions(where ? [among, where] : [among]);
  return sql`SELECT ${columns(select)} FROM ${table.sql} ${all}`;
}

/** What queries have in common that can be asked together. */
export function togetherKey({ table, fields }: Select): string {
  return JSON.stringify([table.key, table.idColumn, fields]);
}

/** The rows with these ids, and for each query one more column, which is NULL where the row is not in it. */
export function selectTogether(
  selects: readonly [Select, ...Select[]],
  ids: readonly string[],
): Sql {
  const [{ table }] = selects;
  const isIn = selects.map(({ where }) =>
    where ? sql`CASE WHEN (${where}\n) THEN 1 END` : sql`1`,
  );
  const all = [columns(selects[0]), ...isIn];
  return sql`SELECT ${join(all, ", ")} FROM ${table.sql} WHERE ${table.id} = ANY(${ids})`;
}

export function selectCount(select: Select): Sql {
  const { table, where } = select;
  if (isWindow(select)) return sql`SELECT count(*) FROM (${selectAll(select)}) AS documents`;
  const all = where ? sql` ${conditions([where])}` : sql``;
  return sql`SELECT count(*) FROM ${table.sql}${all}`;
}

/** The same for the same queries, and different for others. */
export function selectKey(select: Select): string {
  const { text, values }: Statement = selectAll(select).toStatement();
  return `${select.table.key}${text}\0${stringify(values, { canonical: true })}`;
}

function columns({ table, fields }: Select): Sql {
  const key = sql`${table.id}::text`;
  if (!fields) return sql`${key}, ${table.everything}`;
  const names = new Set([table.idColumn, ...fields]);
  return join([key, ...Array.from(names, (name) => table.column(name))], ", ");
}

/** (A piece may end with a comment, which would swallow what is on the same line.) */
export function conditions(all: readonly Sql[]): Sql {
  return sql`WHERE ${join(
    all.map((one) => sql`(${one}\n)`),
    " AND ",
  )}`;
}

/** Rows of a window are in one order, whatever was said: otherwise each query could give others. */
function ordering(select: Select): Sql | undefined {
  const { orderBy, table } = select;
  if (!orderBy) return isWindow(select) ? sql`ORDER BY ${table.id}` : undefined;
  return isWindow(select) ? sql`ORDER BY ${orderBy}\n, ${table.id}` : sql`ORDER BY ${orderBy}\n`;
}

/** The condition that a row has that id. */
export function hasId(table: Table, id: string | number): Sql {
  return sql`${table.id} = ${id}`;
}
