/**
 * The triggers that tell of changes: after each statement one notification, which PostgreSQL delivers when its transaction commits.
 *
 * @module
 */

import { quoteIdentifier, quoteLiteral } from "../sql/quote.ts";
import type { Table } from "./table.ts";

/** The channel that they notify. */
export const CHANNEL = "fullduplex_ddp";

/** Has a version, so that a database of several applications keeps what each of them needs. */
const FUNCTION = "fullduplex_ddp_v1";

/** With more rows than that a notification only says that the table has changed. */
const MOST_IDS = 200;

/** PostgreSQL takes payloads of fewer bytes than that. */
const PAYLOAD_LIMIT = 8000;

/** What a trigger's function can see the rows as, by operation. */
const TRANSITIONS = {
  insert: "REFERENCING NEW TABLE AS written",
  update: "REFERENCING OLD TABLE AS before NEW TABLE AS written",
  delete: "REFERENCING OLD TABLE AS before",
  truncate: "",
} as const;

const OPERATIONS = Object.keys(TRANSITIONS) as (keyof typeof TRANSITIONS)[];

/** The names of the triggers of each table. */
export const TRIGGER_NAMES: readonly string[] = OPERATIONS.map(triggerName);

/**
 * What makes the triggers of a table, or makes them anew.
 *
 * A change of an id concerns both ids. An empty result is no change. `search_path` is fixed, so that the functions and operators are
 * PostgreSQL's own whatever the writer's is.
 */
export function triggerSql(table: Table): string {
  const owner = `${quoteIdentifier(table.schema)}.${quoteIdentifier(FUNCTION)}`;
  return [functionSql(owner), ...OPERATIONS.map((name) => triggerOf(table, owner, name))].join(
    "\n",
  );
}

function functionSql(name: string): string {
  return `CREATE OR REPLACE FUNCTION ${name}() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $fullduplex$
DECLARE
  changed text;
  ids text[];
  head json := json_build_array(TG_TABLE_SCHEMA, TG_TABLE_NAME);
  payload text;
BEGIN
  IF TG_OP <> 'TRUNCATE' THEN
    changed := CASE TG_OP
      WHEN 'INSERT' THEN 'SELECT %1$I::text FROM written'
      WHEN 'DELETE' THEN 'SELECT %1$I::text FROM before'
      ELSE 'SELECT %1$I::text FROM before UNION SELECT %1$I::text FROM written'
    END;
    EXECUTE format('SELECT array(' || changed || ' LIMIT ${MOST_IDS + 1})', TG_ARGV[0]) INTO ids;
    IF cardinality(ids) = 0 THEN
      RETURN NULL;
    END IF;
    IF cardinality(ids) <= ${MOST_IDS} THEN
      payload := json_build_object('table', head, 'op', TG_OP, 'ids', ids);
    END IF;
  END IF;
  IF payload IS NULL OR octet_length(payload) >= ${PAYLOAD_LIMIT} THEN
    payload := json_build_object('table', head, 'op', TG_OP);
  END IF;
  PERFORM pg_notify(${quoteLiteral(CHANNEL)}, payload);
  RETURN NULL;
END
$fullduplex$;`;
}

function triggerOf(table: Table, owner: string, operation: keyof typeof TRANSITIONS): string {
  const on = `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`;
  return `CREATE OR REPLACE TRIGGER ${quoteIdentifier(triggerName(operation))}
AFTER ${operation.toUpperCase()} ON ${on} ${TRANSITIONS[operation]}
FOR EACH STATEMENT EXECUTE FUNCTION ${owner}(${quoteLiteral(table.idColumn)});`;
}

function triggerName(operation: string): string {
  return `${FUNCTION}_${operation}`;
}
