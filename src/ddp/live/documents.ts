/**
 * Documents, and collections that can be written to.
 *
 * @module
 */

import type { DocumentId } from "../protocol/document-id.ts";
import type { Publishable } from "./live-source.ts";

/** A document: its fields, and an id that never changes. */
export interface Document {
  readonly _id: DocumentId;
}

/** A document on its way in: without an id it gets one. */
export type NewDocument<T extends Document> = Omit<T, "_id"> & {
  readonly _id?: T["_id"] | undefined;
};

/** A query over a collection of a server. Observing it is what a publication does that returns it. */
export interface Cursor<T extends Document = Document> extends Publishable {
  /** The documents that match now. */
  fetch(): Promise<T[]>;
  count(): Promise<number>;
}
