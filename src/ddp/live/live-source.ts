/**
 * What live queries are to the rest: the contract that every source of documents keeps. See docs/internals/ddp.md.
 *
 * @module
 */

import type { DocumentId } from "../protocol/document-id.ts";
import type { Fields } from "../protocol/fields.ts";

/**
 * Where the documents of a live query go: those that match now, then every change. A document is added before it is changed or
 * removed. Fields come without `_id`, and nobody changes them afterwards: not the source, and not the sink.
 */
export interface DocumentSink {
  added(id: DocumentId, fields: Fields): void;
  /** `changes`: the fields that are different now, `undefined` for those that are gone. `fields`: all of them, as they are now. */
  changed(id: DocumentId, changes: Fields, fields: Fields): void;
  removed(id: DocumentId): void;
  /** The query can't go on; nothing follows. */
  failed(error: unknown): void;
}

/** A live query that runs. */
export interface LiveHandle {
  /** Ends it: nothing is delivered after this. Calling it again changes nothing. */
  stop(): void;
}

/** Something that a publication may return: a query, ready to be observed. */
export interface Publishable {
  /** The name that the documents are published under. */
  readonly collection: string;
  /**
   * Delivers the documents that match now, then resolves; and every change until it is stopped. One that is observed while
   * documents change sees each document once, and no change twice.
   *
   * @throws whatever makes the query impossible (as a rejection).
   */
  observe(sink: DocumentSink): Promise<LiveHandle>;
}

/** A source of documents: a database, or what stands for one. `Query` is its own. */
export interface LiveSource<Query = unknown> {
  /** As {@link Publishable.observe}. Changes of one document come in the order in which they were committed. */
  observe(query: Query, sink: DocumentSink): Promise<LiveHandle>;
  /** Resolves when whatever was committed before the call has been delivered to every sink that it concerns. */
  barrier(): Promise<void>;
  /**
   * Something has written past this source: documents with these ids may be different, or any. Resolves when the sinks know.
   */
  invalidate(collection: string, ids?: Iterable<DocumentId>): Promise<void>;
}
