/**
 * Queries over documents in memory.
 *
 * @module
 */

import type { Document } from "../../live/documents.ts";
import type { FindOptions, Selector } from "../../store/types.ts";

/** Which documents of which collection. */
export interface MemoryQuery<T extends Document = Document> {
  readonly collection: string;
  readonly selector: Selector<T>;
  readonly options: FindOptions;
}
