/**
 * Observing a query's documents in no order, as servers do. (No method of cursors: clients, which don't, would load it too.)
 *
 * @module
 */

import type { Document } from "../live/documents.ts";
import type { DocumentSink, LiveHandle } from "../live/live-source.ts";
import { differences } from "./changes.ts";
import { ListQuery } from "./list-query.ts";
import { wantedFields } from "./plan.ts";
import type { Plan } from "./plan.ts";
import { SetQuery } from "./set-query.ts";
import type { StoreCursor } from "./store-cursor.ts";
import type { Observer } from "./types.ts";

/** Tells of the documents that there are, then of every change right after it is made; of a batch, when it ends. */
export function observeInNoOrder<T extends Document>(
  cursor: StoreCursor<T>,
  sink: DocumentSink,
): LiveHandle {
  return cursor.follow((entries, plan) => {
    const { skip, limit } = plan;
    if (skip === 0 && limit === Infinity) return new SetQuery(entries, plan, sink);
    return new ListQuery(entries, { ...plan, project: undefined }, inNoOrder(sink, plan));
  });
}

function inNoOrder<T extends Document>(sink: DocumentSink, plan: Plan): Observer<T> {
  return {
    addedAt: (document) => sink.added(document._id, wantedFields(plan, document)),
    changedAt: (document, before) => {
      const fields = wantedFields(plan, document);
      const changes = differences(wantedFields(plan, before), fields);
      if (changes) sink.changed(document._id, changes, fields);
    },
    removedAt: ({ _id }) => sink.removed(_id),
  };
}
