/**
 * What the contract of live sources needs of one that it tests.
 *
 * @module
 */

import { afterEach, beforeEach } from "vitest";
import type { DocumentSink, LiveHandle, LiveSource } from "../../../src/ddp/live/live-source.ts";
import type { DocumentId } from "../../../src/ddp/protocol/document-id.ts";

/** The fields of the documents that the contract is about. */
export interface Thing {
  readonly group: string;
  readonly n: number;
}

/** A source with one collection, without documents. */
export interface LiveCase {
  readonly source: LiveSource;
  readonly collection: string;
  /** The query for all documents of a group. */
  inGroup(group: string): unknown;
  /** The query for the documents of a group with the lowest `n`, so many of them. */
  lowest(group: string, limit: number): unknown;
  byId(id: DocumentId): unknown;
  /** A query that nobody can run. */
  readonly impossible: unknown;
  /** The writes resolve when they are committed. */
  insert(thing: Thing): Promise<DocumentId>;
  update(id: DocumentId, changes: Partial<Thing>): Promise<void>;
  remove(id: DocumentId): Promise<void>;
  /** Writes so that the source doesn't notice by itself; `undefined` where nobody can. */
  readonly updatePast?: ((id: DocumentId, changes: Partial<Thing>) => Promise<void>) | undefined;
  dispose(): Promise<void>;
}

export type OpenLiveCase = () => Promise<LiveCase>;

/** The case of the test that is running. */
export class LiveFixture {
  #current: LiveCase | undefined;
  readonly #handles: LiveHandle[] = [];

  constructor(open: OpenLiveCase) {
    beforeEach(async () => {
      this.#current = await open();
    });
    afterEach(async () => {
      for (const handle of this.#handles.splice(0)) handle.stop();
      await this.#current?.dispose();
    });
  }

  get current(): LiveCase {
    if (!this.#current) throw new Error("no test is running");
    return this.#current;
  }

  /** Observes until the test ends. */
  async observe(query: unknown, sink: DocumentSink): Promise<LiveHandle> {
    const handle = await this.current.source.observe(query, sink);
    this.#handles.push(handle);
    return handle;
  }
}
