/**
 * What the database knows of the tables: their columns, and whether their triggers are there.
 *
 * @module
 */

import { StateError } from "../../../errors.ts";
import type { Executor } from "../executor.ts";
import { sql } from "../sql/sql.ts";
import type { Table } from "./table.ts";
import { TRIGGER_NAMES } from "./triggers.ts";

/** A column. */
export interface Column {
  /** The object id of its type; of a domain, that of the type below. */
  readonly type: number;
  readonly hasDefault: boolean;
}

export type Columns = ReadonlyMap<string, Column>;

export class Schema {
  readonly #executor: Executor;
  readonly #columns = new Map<Table, Columns>();
  /** Tables that had their triggers. */
  readonly #ready = new Set<string>();

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /**
   * As they were when somebody first asked, or asked again. Read in the transaction that runs, if one does: it may have the last
   * connection of the pool. (That is also why those who ask at the same time don't share the answer.)
   */
  async columns(table: Table, again: boolean = false): Promise<Columns> {
    let columns = again ? undefined : this.#columns.get(table);
    if (!columns) {
      columns = await this.#readColumns(table);
      this.#columns.set(table, columns);
    }
    return columns;
  }

  /** @throws StateError (as a rejection) for a table whose changes nobody would hear of. */
  async checkTriggers(table: Table): Promise<void> {
    if (await this.hasTriggers(table)) return;
    throw new StateError(
      `the table ${String(table)} doesn't tell of changes: run install() of the database, or the SQL of its migration()`,
    );
  }

  async hasTriggers(table: Table): Promise<boolean> {
    if (this.#ready.has(table.key)) return true;
    const { rows } = await this.#executor.committed(sql`
      SELECT count(*)::int4 FROM pg_catalog.pg_trigger
      WHERE tgrelid = to_regclass(${nameOf(table)}) AND tgname = ANY(${[...TRIGGER_NAMES]})
        AND tgenabled <> 'D' AND tgargs = convert_to(${table.idColumn}, getdatabaseencoding()) || '\\x00'::bytea`);
    if (rows[0]?.[0] !== TRIGGER_NAMES.length) return false;
    this.#ready.add(table.key);
    return true;
  }

  async #readColumns(table: Table): Promise<Columns> {
    const { rows } = await this.#executor.read(sql`
      SELECT attname, coalesce(nullif(typbasetype, 0), atttypid)::text, atthasdef OR attidentity <> ''
      FROM pg_catalog.pg_attribute JOIN pg_catalog.pg_type ON pg_type.oid = atttypid
      WHERE attrelid = to_regclass(${nameOf(table)}) AND attnum > 0 AND NOT attisdropped`);
    const columns = new Map<string, Column>();
    for (const [name, type, hasDefault] of rows) {
      columns.set(String(name), { type: Number(type), hasDefault: hasDefault === true });
    }
    if (columns.size === 0) throw new StateError(`there is no table ${String(table)}`);
    return columns;
  }
}

function nameOf(table: Table): string {
  return table.sql.toStatement().text;
}
