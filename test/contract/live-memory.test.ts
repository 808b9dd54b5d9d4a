/**
 * The contract of live sources, in memory.
 *
 * @module
 */

import type { Document } from "../../src/ddp/live/documents.ts";
import { memoryDatabase } from "../../src/ddp/server/collections/memory-database.ts";
import type { IdGeneration } from "../../src/ddp/server/index.ts";
import type { LiveCase, Thing } from "./live/live-case.ts";
import { liveSourceContract } from "./live/live-source-contract.ts";

async function open(idGeneration: IdGeneration): Promise<LiveCase> {
  const collection = "things";
  const database = memoryDatabase();
  const things = database.collection<Document & Thing>(collection, { idGeneration });
  return {
    source: database,
    collection,
    inGroup: (group) => ({ collection, selector: { group }, options: {} }),
    lowest: (group, limit) => ({
      collection,
      selector: { group },
      options: { sort: { n: 1 }, limit },
    }),
    byId: (_id) => ({ collection, selector: { _id }, options: {} }),
    impossible: { collection, selector: { $where: "true" }, options: {} },
    insert: (thing) => things.insert(thing),
    async update(id, changes) {
      await things.update({ _id: id }, { $set: changes });
    },
    async remove(id) {
      await things.remove({ _id: id });
    },
    async dispose() {},
  };
}

liveSourceContract("memory", () => open("STRING"));
liveSourceContract("memory, with ObjectIds", () => open("MONGO"));
