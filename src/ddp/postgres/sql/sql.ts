/**
 * Pieces of SQL with their parameters: what comes from outside is never part of the text.
 *
 * @module
 */

import { clone } from "../../protocol/ejson/clone.ts";
import { isPlainObject } from "../../protocol/fields.ts";
import { quoteIdentifier } from "./quote.ts";

/** A statement, ready to be sent. */
export interface Statement {
  /** With `$1`, `$2` and so on where the values belong. */
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * A piece of SQL, made by {@link sql} and {@link identifier} alone: whatever a client sends, it is none, and can't become one.
 */
export class Sql {
  /** One more than there are values; each value stands between two of them. */
  readonly #parts: readonly string[];
  readonly #values: readonly unknown[];

  /** @internal */
  constructor(parts: readonly string[], values: readonly unknown[]) {
    this.#parts = parts;
    this.#values = values;
  }

  /** Whether it is one. */
  static is(value: unknown): value is Sql {
    return typeof value === "object" && value !== null && #parts in value;
  }

  /**
   * Makes one of a template's parts and of what stands between them, flat.
   *
   * @internal
   */
  static from(strings: readonly string[], between: readonly unknown[]): Sql {
    const parts = [strings[0] ?? ""];
    const values: unknown[] = [];
    for (const [index, value] of between.entries()) {
      const rest = strings[index + 1] ?? "";
      if (Sql.is(value)) {
        const [first = "", ...others] = value.#parts;
        parts[parts.length - 1] += first;
        parts.push(...others);
        values.push(...value.#values);
        parts[parts.length - 1] += rest;
      } else {
        values.push(toParameter(value));
        parts.push(rest);
      }
    }
    return new Sql(parts, values);
  }

  /** As a database takes it. */
  toStatement(): Statement {
    let text = this.#parts[0] ?? "";
    for (let index = 1; index < this.#parts.length; index++) {
      text += `$${index}${this.#parts[index]}`;
    }
    return { text, values: this.#values };
  }
}

/**
 * A piece of SQL: what stands in `${…}` becomes a parameter, or, when it is itself a piece of SQL, a part of it.
 *
 * A parameter is a string, a number, a bigint, a boolean, `null`, a `Date`, bytes, an array of such (an array of SQL), or a plain
 * object (JSON; write `${JSON.stringify(list)}::jsonb` for a list in JSON). The text belongs to your program: what comes from
 * a client goes into `${…}`.
 *
 * @throws TypeError for anything else, `undefined` too.
 *
 * @example
 * ```ts
 * tasks.find(sql`list_id = ${listId} AND NOT done`);
 * ```
 */
export function sql(strings: TemplateStringsArray, ...values: readonly unknown[]): Sql {
  return Sql.from(strings, values);
}

/**
 * A name of a table or column as a piece of SQL, whatever characters it has.
 *
 * @throws TypeError for what can't be a name: the empty string, and what contains a NUL.
 *
 * @example
 * ```ts
 * sql`ORDER BY ${identifier(column)}`;
 * ```
 */
export function identifier(name: string): Sql {
  return new Sql([quoteIdentifier(name)], []);
}

/** Pieces that are code of ours already. */
export function raw(text: string): Sql {
  return new Sql([text], []);
}

/** Pieces with the same text between them. */
export function join(pieces: readonly Sql[], separator: string): Sql {
  const strings = pieces.map((_, index) => (index === 0 ? "" : separator));
  return Sql.from([...strings, ""], pieces);
}

/**
 * A value of its own, so that nobody changes it while the query runs: queries with equal parameters are taken for the same one. That
 * is also why objects with state of their own, which can't be compared, are no parameters.
 */
function toParameter(value: unknown): unknown {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return value;
    case "bigint":
      return String(value);
    default:
      if (value === null) return value;
      if (value instanceof Date || value instanceof Uint8Array) return clone(value);
      if (Array.isArray(value)) return value.map(toParameter);
      if (isPlainObject(value)) return JSON.parse(JSON.stringify(value));
      throw new TypeError(`${describe(value)} can't be a parameter of SQL`);
  }
}

function describe(value: unknown): string {
  return typeof value === "object" ? "an object of this class" : typeof value;
}
