/**
 * Asking which of some rows are in which queries: one statement for many queries of a table, so that what a change costs hardly
 * grows with their number.
 *
 * @module
 */

import { Deferred } from "../../../util/deferred.ts";
import type { PostgresResult } from "../pool.ts";
import type { Sql } from "../sql/sql.ts";
import { readRows } from "../table/rows.ts";
import type { Row } from "../table/rows.ts";
import { isTransient } from "./errors.ts";
import { selectSome, selectTogether, togetherKey } from "./select.ts";
import type { Select } from "./select.ts";
import type { Slots } from "../../../util/slots.ts";

/** How many conditions one statement has at most. */
const MOST_TOGETHER = 100;

interface Check {
  readonly select: Select;
  readonly ids: readonly string[];
  readonly answer: Deferred<Row[]>;
}

export class MembershipChecks {
  readonly #slots: Slots;
  readonly #run: (statement: Sql) => Promise<PostgresResult>;
  /** Those that wait, by what they have in common. */
  readonly #waiting = new Map<string, Check[]>();

  constructor(slots: Slots, run: (statement: Sql) => Promise<PostgresResult>) {
    this.#slots = slots;
    this.#run = run;
  }

  /**
   * The rows of the query that have one of these ids.
   *
   * @throws what the database answers (as a rejection).
   */
  ask(select: Select, ids: readonly string[]): Promise<Row[]> {
    const key = togetherKey(select);
    const check = { select, ids, answer: new Deferred<Row[]>() };
    const waiting = this.#waiting.get(key);
    if (waiting) waiting.push(check);
    else this.#waiting.set(key, [check]);
    void this.#slots.run(() => this.#next(key));
    return check.answer.promise;
  }

  /** Never rejects. (There are as many calls as there are checks; those that come later find nothing to do.) */
  async #next(key: string): Promise<void> {
    // All that the same change concerns come in the same turn.
    await Promise.resolve();
    const waiting = this.#waiting.get(key);
    if (!waiting) return;
    const checks = waiting.splice(0, MOST_TOGETHER);
    if (waiting.length === 0) this.#waiting.delete(key);
    const [first, ...others] = checks;
    if (!first) return;
    if (others.length === 0) {
      await this.#alone(first);
      return;
    }
    try {
      await this.#together([first, ...others]);
    } catch (error) {
      if (isTransient(error)) for (const { answer } of checks) answer.reject(error);
      // One of them spoils it for all: which one, they find out by themselves.
      else for (const check of checks) await this.#alone(check);
    }
  }

  async #alone({ select, ids, answer }: Check): Promise<void> {
    try {
      const result = await this.#run(selectSome(select, ids));
      answer.resolve(readRows(result, select.table.idColumn));
    } catch (error) {
      answer.reject(error);
    }
  }

  async #together(checks: readonly [Check, ...Check[]]): Promise<void> {
    const [{ select }, ...others] = checks;
    const selects = [select, ...others.map((check) => check.select)] as const;
    const ids = new Set(checks.flatMap((check) => check.ids));
    const { fields, ...rest } = await this.#run(selectTogether(selects, Array.from(ids)));
    const width = fields.length - checks.length;
    const rows = readRows({ ...rest, fields: fields.slice(0, width) }, select.table.idColumn);
    for (const [index, { ids: own, answer }] of checks.entries()) {
      const asked = new Set(own);
      const matches = (row: Row, at: number): boolean =>
        rest.rows[at]?.[width + index] !== null && asked.has(row.key);
      answer.resolve(rows.filter(matches));
    }
  }
}
