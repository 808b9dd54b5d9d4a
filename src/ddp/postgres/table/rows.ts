/**
 * Rows of a table as documents.
 *
 * @module
 */

import type { DocumentId } from "../../protocol/document-id.ts";
import { setField } from "../../protocol/fields.ts";
import type { Fields, MutableFields } from "../../protocol/fields.ts";
import type { PostgresResult } from "../pool.ts";
import { readerOf } from "./values.ts";
import type { Reader } from "./values.ts";

/** A row. */
export interface Row {
  /** The id as the database writes it, by which its triggers name it. */
  readonly key: string;
  readonly id: DocumentId;
  readonly fields: Fields;
}

interface Column {
  readonly index: number;
  readonly name: string;
  readonly read: Reader;
}

/**
 * Reads rows whose first column is the id as text, and among whose others is the id itself.
 *
 * @throws TypeError for an id that can't be one of a document.
 */
export function readRows({ fields, rows }: PostgresResult, idColumn: string): Row[] {
  const columns: Column[] = fields.map(({ name, dataTypeID }, index) => ({
    index,
    name,
    read: readerOf(dataTypeID),
  }));
  const others = columns.slice(1);
  const idAt = others.find(({ name }) => name === idColumn);
  if (!idAt) throw new TypeError(`there is no column ${JSON.stringify(idColumn)}`);
  // A field is no id: clients would take `_id` for one.
  const named = others.filter((column) => column !== idAt && column.name !== "_id");
  return rows.map((row) => readRow(row, idAt, named));
}

function readRow(row: readonly unknown[], idAt: Column, columns: readonly Column[]): Row {
  const fields: MutableFields = {};
  for (const { index, name, read } of columns) {
    const value = row[index];
    setField(fields, name, value === null ? null : read(value));
  }
  return { key: String(row[0]), id: toId(row[idAt.index], idAt.read), fields };
}

function toId(value: unknown, read: Reader): DocumentId {
  const id = value === null ? null : read(value);
  if (typeof id === "string" || typeof id === "number") return id;
  throw new TypeError("the id of a document is text or a number, and not NULL");
}
