/**
 * Statements, and the transactions that they are part of.
 *
 * @module
 */

import { StateError } from "../../errors.ts";
import type { Barrier } from "../server/methods/write-fence.ts";
import { Ambient, holdUpdated, recordWrite } from "../server/scope.ts";
import type { PostgresPool, PostgresQueryable, PostgresResult } from "./pool.ts";
import { raw } from "./sql/sql.ts";
import type { Sql } from "./sql/sql.ts";

/** One that runs. */
interface Transaction {
  readonly client: PostgresQueryable;
  /** Code that a transaction has left running may go on later: then it is no longer part of it. */
  isOver: boolean;
}

const BEGIN = raw("BEGIN");
const COMMIT = raw("COMMIT");
const ROLLBACK = raw("ROLLBACK");

export class Executor {
  readonly #pool: PostgresPool;
  /** Where methods are told that something was written. */
  readonly #source: Barrier;
  readonly #transactions = new Ambient<Transaction>();

  constructor(pool: PostgresPool, source: Barrier) {
    this.#pool = pool;
    this.#source = source;
  }

  /** Outside of any transaction: what is committed. */
  committed(statement: Sql): Promise<PostgresResult> {
    return run(this.#pool, statement);
  }

  /** In the transaction that runs, if one does. */
  read(statement: Sql): Promise<PostgresResult> {
    return run(this.#current?.client ?? this.#pool, statement);
  }

  /** The same, for what may write: the method that runs is `updated` once live queries have heard of it. */
  write(statement: Sql): Promise<PostgresResult> {
    const transaction = this.#current;
    if (transaction) return run(transaction.client, statement);
    return this.#recorded(() => run(this.#pool, statement));
  }

  /** All or nothing. One within another is part of that. */
  async transaction<R>(body: () => R | Promise<R>): Promise<R> {
    if (this.#current) return body();
    return this.#recorded(() => this.#transact(body));
  }

  get #current(): Transaction | undefined {
    const transaction = this.#transactions.current;
    return transaction?.isOver === false ? transaction : undefined;
  }

  /** (Also when it fails: of a commit whose answer was lost nobody knows.) */
  async #recorded<R>(write: () => Promise<R>): Promise<R> {
    const release = holdUpdated();
    try {
      return await write();
    } finally {
      recordWrite(this.#source);
      release();
    }
  }

  async #transact<R>(body: () => R | Promise<R>): Promise<R> {
    const client = await this.#pool.connect();
    let isBroken = false;
    // (The statement that runs fails too. An error that nobody listens to would end the process.)
    const onError = (): void => void (isBroken = true);
    client.on("error", onError);
    const transaction: Transaction = { client, isOver: false };
    try {
      await run(client, BEGIN);
      const result = await this.#transactions.run(transaction, body);
      transaction.isOver = true;
      const { command } = await run(client, COMMIT);
      if (command === "ROLLBACK") {
        throw new StateError("rolled back: a statement of the transaction had failed");
      }
      return result;
    } catch (error) {
      transaction.isOver = true;
      await run(client, ROLLBACK).catch(() => (isBroken = true));
      throw error;
    } finally {
      client.off("error", onError);
      client.release(isBroken);
    }
  }
}

function run(on: PostgresQueryable, statement: Sql): Promise<PostgresResult> {
  const { text, values } = statement.toStatement();
  return on.query({ text, values: Array.from(values), rowMode: "array" });
}
