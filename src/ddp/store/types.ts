/**
 * What can be asked of documents in memory, and how they are changed.
 *
 * @module
 */

import type { Document } from "../live/documents.ts";
import type { DocumentId } from "../protocol/document-id.ts";
import type { Fields } from "../protocol/fields.ts";

/**
 * Which documents: an id, or fields with the values they have, or with operators as MongoDB has them, such as
 * `{ done: false, points: { $gt: 3 } }`. `{}` matches all.
 */
export type Selector<T extends Document = AnyDocument> = T["_id"] | Query<T>;

/** A document of which nothing is known. */
export type AnyDocument = Document & Fields;

/** What starts with `$`, and paths with dots, which reach into values: their names can't be checked. */
type Unchecked = `$${string}` | `${string}.${string}`;

/**
 * Fields with the values they have, or with operators; and operators for all of them, such as `$or`. What a client sent is `unknown` and no
 * value: check it, or it may be an operator.
 */
export type Query<T extends Document = AnyDocument> = {
  readonly [Name in keyof T]?: Condition<T[Name]>;
} & { readonly [Name in Unchecked]?: unknown };

/** `null` matches a field that isn't there, and a value any list that it is in. */
export type Condition<Value> =
  | Value
  | (Value extends readonly (infer Item)[] ? Item : never)
  | RegExp
  | null
  | { readonly [Operator in `$${string}`]?: unknown };

/**
 * How to change a document: operators as MongoDB has them, such as `{ $set: { done: true } }`, or all its new fields.
 */
export type Modifier<T extends Document = AnyDocument> = Operators<T> | Omit<T, "_id">;

type Operators<T extends Document> = {
  readonly $set?: Values<T>;
  readonly $setOnInsert?: Values<T>;
  readonly $unset?: ByName<T, unknown>;
  readonly $inc?: ByName<T, number>;
  readonly $min?: Values<T>;
  readonly $max?: Values<T>;
  readonly $mul?: ByName<T, number>;
  readonly $rename?: ByName<T, string>;
  readonly $currentDate?: ByName<T, true | { readonly $type: "date" }>;
  readonly $push?: ByName<T, unknown>;
  readonly $addToSet?: ByName<T, unknown>;
  readonly $pop?: ByName<T, 1 | -1>;
  readonly $pull?: ByName<T, unknown>;
  readonly $pullAll?: ByName<T, readonly unknown[]>;
};

type Values<T extends Document> = {
  readonly [Name in Exclude<keyof T, "_id">]?: T[Name];
} & { readonly [Name in `${string}.${string}`]?: unknown };

/** Which documents of a query, and in which order. */
export interface FindOptions<T extends Document = AnyDocument> {
  /** By field: 1 for ascending, -1 for descending, the first field first. */
  readonly sort?: ByName<T, 1 | -1> | undefined;
  readonly skip?: number | undefined;
  readonly limit?: number | undefined;
  /** Which fields: 1 for these only, 0 for all but these. `_id` is there unless it is 0. */
  readonly fields?: ByName<T, 0 | 1> | undefined;
}

type ByName<T extends Document, Value> = {
  readonly [Name in keyof T | `${string}.${string}`]?: Value;
};

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
