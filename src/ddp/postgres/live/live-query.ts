/**
 * A query that is kept up to date: what may have changed is asked for, and the difference delivered.
 *
 * One check runs at a time, so that each sees what those before it saw, and later commits: a document never goes back. What changes
 * while a check runs is gathered for the next one.
 *
 * @module
 */

import { backoff } from "../../../connection/backoff.ts";
import type { Clock, Timer } from "../../../util/clock.ts";
import { Deferred } from "../../../util/deferred.ts";
import type { DocumentSink } from "../../live/live-source.ts";
import type { Row } from "../table/rows.ts";
import { DeliveredDocuments } from "./documents.ts";
import { isTransient } from "./errors.ts";
import { isWindow } from "./select.ts";
import type { Select } from "./select.ts";

/** What it stands on. */
export interface LiveQueryInit {
  readonly select: Select;
  readonly sink: DocumentSink;
  readonly clock: Clock;
  /** Asks the database for all rows. */
  readonly askAll: () => Promise<Row[]>;
  /** Asks it for those of its rows that have one of these ids. */
  readonly askSome: (ids: readonly string[]) => Promise<Row[]>;
  /** It has failed: it does nothing any more. */
  readonly onFailed: () => void;
}

/** Beyond that many changed rows all are asked for: what is remembered for a slow check is bounded. */
const MOST_CHANGED = 10_000;

type Changed = Set<string> | "all";

export class LiveQuery {
  readonly #init: LiveQueryInit;
  readonly #documents: DeliveredDocuments;
  readonly #needsAll: boolean;
  /** For the next check. */
  #changed: Changed | undefined = "all";
  #next: Deferred<void> | undefined = new Deferred();
  #current: Deferred<void> | undefined;
  #isLoaded = false;
  #isRunning = false;
  #isStopped = false;
  #pause: { timer: Timer; over: Deferred<void> } | undefined;

  constructor(init: LiveQueryInit) {
    this.#init = init;
    this.#documents = new DeliveredDocuments(init.sink);
    this.#needsAll = isWindow(init.select);
  }

  /**
   * Delivers what matches at first.
   *
   * @throws what the database answers (as a rejection); it is stopped then.
   */
  async start(): Promise<void> {
    const begun = this.#begin();
    try {
      await this.#check(begun);
      this.#isLoaded = true;
    } catch (error) {
      this.stop();
      throw error;
    }
    void this.#run();
  }

  /** Rows with these ids may be different, or any. */
  changed(ids: readonly string[] | undefined): void {
    if (this.#isStopped) return;
    if (!ids || this.#needsAll) this.#changed = "all";
    else if (this.#changed !== "all") {
      this.#changed ??= new Set();
      for (const id of ids) this.#changed.add(id);
      if (this.#changed.size > MOST_CHANGED) this.#changed = "all";
    }
    this.#next ??= new Deferred();
    if (this.#isLoaded) void this.#run();
  }

  /** Resolves when the changes that it knows of are delivered; `undefined`: they are. */
  settled(): Promise<void> | undefined {
    return (this.#next ?? this.#current)?.promise;
  }

  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#current?.resolve();
    this.#next?.resolve();
    if (this.#pause) {
      this.#init.clock.clearTimeout(this.#pause.timer);
      this.#pause.over.resolve();
    }
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    while (this.#next && !this.#isStopped) {
      const changed = this.#begin();
      try {
        await this.#checkUntilDone(changed);
      } catch (error) {
        if (this.#isStopped) break;
        this.stop();
        this.#init.onFailed();
        this.#init.sink.failed(error);
      }
    }
    this.#isRunning = false;
  }

  #begin(): Changed {
    const changed = this.#changed ?? "all";
    this.#changed = undefined;
    this.#current = this.#next;
    this.#next = undefined;
    return changed;
  }

  /** While the database can't be reached it is asked again and again; and then for everything. */
  async #checkUntilDone(changed: Changed): Promise<void> {
    for (let attempt = 0; !this.#isStopped; attempt++) {
      try {
        return await this.#check(attempt === 0 ? changed : "all");
      } catch (error) {
        if (!isTransient(error)) throw error;
        await this.#wait(backoff(attempt, error, {}));
      }
    }
  }

  async #check(changed: Changed): Promise<void> {
    if (changed === "all") {
      const rows = await this.#init.askAll();
      if (!this.#isStopped) this.#documents.replaceAll(rows);
    } else {
      const rows = await this.#init.askSome(Array.from(changed));
      if (!this.#isStopped) this.#documents.replace(changed, rows);
    }
    const done = this.#current;
    this.#current = undefined;
    done?.resolve();
  }

  async #wait(delay: number): Promise<void> {
    if (this.#isStopped) return;
    const over = new Deferred<void>();
    const timer = this.#init.clock.setTimeout(() => over.resolve(), delay);
    this.#pause = { timer, over };
    await over.promise;
    this.#pause = undefined;
  }
}
