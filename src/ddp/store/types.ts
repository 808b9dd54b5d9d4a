/**
 * What can be asked of documents in memory, and how they are changed.
 *
 * @module
 */

import type { Document } from "../live/documents.ts";
import type { DocumentId } from "../protocol/document-id.ts";

/**
 * Which documents: an id, or fields with the values they have, or with operators as MongoDB has them, such as
 * `{ done: false, points: { $gt: 3 } }`. `{}` matches all.
 */
export type Selector<T extends Document = Document> = T["_id"] | Query<T>;

/** (Paths with dots reach into values, so that names can't be checked.) */
export type Query<T extends Document = Document> = {
  readonly [Name in keyof T]?: unknown;
} & Readonly<Record<string, unknown>>;

/**
 * How to change a document: operators as MongoDB has them, such as `{ $set: { done: true } }`, or all its new fields.
 */
export type Modifier = Readonly<Record<string, unknown>>;

/** Which documents of a query, and in which order. */
export interface FindOptions {
  /** By field: 1 for ascending, -1 for descending, the first field first. */
  readonly sort?: Readonly<Record<string, 1 | -1>> | undefined;
  readonly skip?: number | undefined;
  readonly limit?: number | undefined;
  /** Which fields: 1 for these only, 0 for all but these. `_id` is there unless it is 0. */
  readonly fields?: Readonly<Record<string, 0 | 1>> | undefined;
}

/** How to update. */
export interface UpdateOptions {
  /** All that match, and not only one. Default: `false`. */
  readonly multi?: boolean | undefined;
  /** Insert a document if none matches. Default: `false`. */
  readonly upsert?: boolean | undefined;
}

/** What an update did. */
export interface UpdateResult {
  /** How many documents matched, or were inserted. */
  readonly count: number;
  /** The id of the document that was inserted. */
  readonly insertedId: DocumentId | undefined;
}

/**
 * Who is told about a query's documents in their order. Positions count from 0; each call is about the documents as they are after
 * those before it. A document that changes and gets another place is told of as changed first, then as moved.
 */
export interface Observer<T extends Document = Document> {
  addedAt?(document: T, index: number): void;
  changedAt?(document: T, before: T, index: number): void;
  movedTo?(document: T, from: number, to: number): void;
  removedAt?(before: T, index: number): void;
}
