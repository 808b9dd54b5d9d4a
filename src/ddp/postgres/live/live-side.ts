/**
 * The live queries of a database, and what keeps them up to date.
 *
 * @module
 */

import { StateError } from "../../../errors.ts";
import type { Clock } from "../../../util/clock.ts";
import type { DocumentSink, LiveHandle } from "../../live/live-source.ts";
import { Multiplexer } from "../../live/multiplexer.ts";
import type { Logger } from "../../../util/logger.ts";
import type { Executor } from "../executor.ts";
import { Feed } from "../feed/feed.ts";
import type { ConnectListener } from "../feed/listener.ts";
import type { PostgresResult } from "../pool.ts";
import { readRows } from "../table/rows.ts";
import type { Row } from "../table/rows.ts";
import type { Schema } from "../table/schema.ts";
import type { Table } from "../table/table.ts";
import { canonicalId } from "../table/values.ts";
import type { Sql } from "../sql/sql.ts";
import { LiveQueries } from "./live-queries.ts";
import type { Interest } from "./live-queries.ts";
import { LiveQuery } from "./live-query.ts";
import { MembershipChecks } from "./membership-checks.ts";
import { selectAll, selectKey } from "./select.ts";
import type { Select } from "./select.ts";
import { Slots } from "../../../util/slots.ts";

/** A query that is to be observed. */
export interface Observed {
  readonly select: Select;
  /** The only document that it can have. */
  readonly id: string | number | undefined;
  /** Other tables that decide what matches. */
  readonly others: readonly Table[];
}

/** What it stands on. */
export interface LiveSideInit {
  readonly executor: Executor;
  readonly schema: Schema;
  readonly connect: ConnectListener;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How many statements run at a time: the rest of the pool is the application's. */
const STATEMENTS = 4;

export class LiveSide {
  readonly #init: LiveSideInit;
  readonly #feed: Feed;
  readonly #queries = new LiveQueries();
  readonly #multiplexer = new Multiplexer();
  readonly #slots = new Slots(STATEMENTS);
  readonly #checks = new MembershipChecks(this.#slots, (statement) => this.#run(statement));
  #isClosed = false;

  constructor(init: LiveSideInit) {
    this.#init = init;
    const { connect, clock, logger } = init;
    this.#feed = new Feed({ connect, clock, logger, sink: this.#queries });
  }

  async observe(observed: Observed, sink: DocumentSink): Promise<LiveHandle> {
    this.#checkOpen();
    const others = observed.others.map(({ key }) => key);
    const key = JSON.stringify([selectKey(observed.select), ...others]);
    return this.#multiplexer.observe(key, (shared) => this.#start(observed, shared), sink);
  }

  /** (Nobody observes: nobody is to hear of anything. Who begins now sees what is committed.) */
  async barrier(): Promise<void> {
    if (this.#queries.size > 0) await this.#feed.barrier();
  }

  async invalidate(table: Table, ids: readonly string[] | undefined): Promise<void> {
    this.#queries.changed({ tableKey: table.key, ids });
    await this.#queries.settled();
  }

  close(): void {
    this.#isClosed = true;
    this.#queries.stop();
    this.#feed.close();
  }

  /** Listens first, and reads then: so there is nothing in between. */
  async #start(observed: Observed, sink: DocumentSink): Promise<LiveHandle> {
    this.#checkOpen();
    const interest = await this.#interest(observed);
    await this.#feed.ready();
    this.#checkOpen();
    const { select } = observed;
    const query = new LiveQuery({
      select,
      sink,
      clock: this.#init.clock,
      askAll: () => this.#slots.run(() => this.#readAll(select)),
      askSome: (ids) => this.#checks.ask(select, ids),
      onFailed: () => remove(),
    });
    const remove = this.#queries.add(query, interest);
    const stop = (): void => {
      query.stop();
      remove();
    };
    try {
      await query.start();
    } catch (error) {
      stop();
      throw error;
    }
    return { stop };
  }

  async #interest({ select: { table }, id, others }: Observed): Promise<Interest> {
    const { schema } = this.#init;
    const watched = [table, ...others].filter(({ hasTriggers }) => hasTriggers);
    for (const one of watched) await schema.checkTriggers(one);
    const keys = others.map(({ key }) => key);
    if (id === undefined) return { tableKey: table.key, id: undefined, others: keys };
    const type = (await schema.columns(table)).get(table.idColumn)?.type ?? 0;
    return { tableKey: table.key, id: canonicalId(id, type), others: keys };
  }

  async #readAll(select: Select): Promise<Row[]> {
    return readRows(await this.#run(selectAll(select)), select.table.idColumn);
  }

  async #run(statement: Sql): Promise<PostgresResult> {
    this.#checkOpen();
    return this.#init.executor.committed(statement);
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new StateError("the database is closed");
  }
}
