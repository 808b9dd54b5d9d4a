/**
 * How a store keeps a document.
 *
 * @module
 */

import type { Document } from "../live/documents.ts";
import type { CompiledSelector } from "../query/selector.ts";
import { idStringify } from "../protocol/document-id.ts";

/** A document as it is from one write to the next; the next makes another entry. */
export interface Entry<T extends Document> {
  readonly key: string;
  /** The order in which ids were inserted: that of a query which asks for none. */
  readonly sequence: number;
  readonly document: T;
}

/** By the text of their ids. */
export type Entries<T extends Document> = ReadonlyMap<string, Entry<T>>;

/** Those that match, in the order of their insertion. */
export function* matching<T extends Document>(
  entries: Entries<T>,
  selector: CompiledSelector,
): Generator<Entry<T>, void, undefined> {
  for (const entry of candidates(entries, selector)) {
    if (selector.matches(entry.document)) yield entry;
  }
}

function candidates<T extends Document>(
  entries: Entries<T>,
  { ids }: CompiledSelector,
): Iterable<Entry<T>> {
  if (!ids) return entries.values();
  const found = new Set<Entry<T>>();
  for (const id of ids) {
    const entry = entries.get(idStringify(id));
    if (entry) found.add(entry);
  }
  return found.size > 1 ? Array.from(found).sort((a, b) => a.sequence - b.sequence) : found;
}
