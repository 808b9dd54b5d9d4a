/**
 * What a notification of a trigger says.
 *
 * @module
 */

import { tableKey } from "../table/table.ts";

/** Rows of a table have changed. */
export interface Change {
  readonly tableKey: string;
  /** As the database writes them; `undefined`: any row may be different. */
  readonly ids: readonly string[] | undefined;
}

/** `undefined` for what is none: anybody may notify a channel. */
export function readChange(payload: string): Change | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(payload);
  } catch {
    return undefined;
  }
  if (typeof parsed !== "object" || parsed === null) return undefined;
  const { table, ids } = parsed as { table?: unknown; ids?: unknown };
  if (!Array.isArray(table)) return undefined;
  const [schema, name] = table as unknown[];
  if (typeof schema !== "string" || typeof name !== "string") return undefined;
  return {
    tableKey: tableKey(schema, name),
    ids: Array.isArray(ids) ? ids.map(String) : undefined,
  };
}
