/**
 * Values of columns as fields of documents.
 *
 * What `pg` makes of a value is the beginning, so that its type parsers keep their say. Changed is what would be wrong or
 * awkward in a document: see docs/how-to/ddp-postgres.md.
 *
 * @module
 */

import { decode } from "../../protocol/ejson/decode.ts";
import { encode } from "../../protocol/ejson/encode.ts";

/** From what `pg` read to the field's value; never called with `null`. */
export type Reader = (value: unknown) => unknown;

/** Object ids of PostgreSQL's types (`pg_type.dat` of its sources: they never change). */
const OID = {
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  json: 114,
  byteaArray: 1001,
  int8Array: 1016,
  varchar: 1043,
  date: 1082,
  dateArray: 1182,
  uuid: 2950,
  jsonb: 3802,
} as const;

const readers = new Map<number, Reader>([
  [OID.bytea, readBytes],
  [OID.byteaArray, inArrays(readBytes)],
  [OID.int8, readBigint],
  [OID.int8Array, inArrays(readBigint)],
  [OID.date, readDay],
  [OID.dateArray, inArrays(readDay)],
  [OID.json, readJson],
  [OID.jsonb, readJson],
]);

/** How values of a type are read. */
export function readerOf(type: number): Reader {
  return readers.get(type) ?? readOther;
}

/** A field's value as a parameter for a column of that type. */
export function toColumn(value: unknown, type: number): unknown {
  if (value === null) return null;
  // (Dates and bytes in JSON are EJSON: they come back as what they were.)
  if (type === OID.json || type === OID.jsonb) return JSON.stringify(encode(value));
  return typeof value === "bigint" ? String(value) : value;
}

/** Whether ids of that type are made by whoever inserts, when the table has no default for them. */
export function isText(type: number): boolean {
  return type === OID.text || type === OID.varchar;
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const INTEGER = /^(?:0|-?[1-9][0-9]*)$/;

/**
 * An id as the database writes it, or `undefined` where only the database knows: several texts are the same value of some types.
 */
export function canonicalId(id: string | number, type: number): string | undefined {
  const text = String(id);
  switch (type) {
    case OID.text:
    case OID.varchar:
      return text;
    case OID.uuid:
      return UUID.test(text) ? text.toLowerCase() : undefined;
    case OID.int2:
    case OID.int4:
    case OID.int8:
      return INTEGER.test(text) ? text : undefined;
    default:
      return undefined;
  }
}

function inArrays(read: Reader): Reader {
  const readItem: Reader = (value) => {
    if (value === null) return null;
    return Array.isArray(value) ? value.map(readItem) : read(value);
  };
  return readItem;
}

/** (A view of `pg`'s buffer would keep all that came with it.) */
function readBytes(value: unknown): unknown {
  return value instanceof Uint8Array ? new Uint8Array(value) : value;
}

/** A number as long as that is exact, and its digits otherwise. */
function readBigint(value: unknown): unknown {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

/** The day itself: as a moment it would be another one in other time zones. (`pg` makes it midnight where the server is.) */
function readDay(value: unknown): unknown {
  if (!(value instanceof Date)) return value;
  const year = String(value.getFullYear()).padStart(4, "0");
  const month = String(value.getMonth() + 1).padStart(2, "0");
  return `${year}-${month}-${String(value.getDate()).padStart(2, "0")}`;
}

/** What isn't EJSON was written by somebody else, and stays as it is. */
function readJson(value: unknown): unknown {
  try {
    return decode(value);
  } catch {
    return value;
  }
}

function readOther(value: unknown): unknown {
  if (typeof value === "bigint") return readBigint(value);
  // Intervals are objects with methods, of which one writes them as SQL has them.
  if (typeof value === "object" && value !== null && "toPostgres" in value) {
    const { toPostgres } = value;
    if (typeof toPostgres === "function") return String(toPostgres.call(value));
  }
  return value;
}
