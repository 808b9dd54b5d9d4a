/**
 * A database in memory.
 *
 * @module
 */

import type { Document } from "../../live/documents.ts";
import type { DocumentSink, LiveHandle, LiveSource } from "../../live/live-source.ts";
import { Multiplexer } from "../../live/multiplexer.ts";
import type { DocumentId } from "../../protocol/document-id.ts";
import { DocumentStore } from "../../store/document-store.ts";
import { observeInNoOrder } from "../../store/observe-in-no-order.ts";
import type { AnyDocument, Selector } from "../../store/types.ts";
import { checkOptions } from "../../../util/option-names.ts";
import type { OptionNames } from "../../../util/option-names.ts";
import { Slots } from "../../../util/slots.ts";
import { Ambient, holdUpdated, recordWrite } from "../scope.ts";
import type { IdGeneration } from "../scope.ts";
import { MemoryCollection } from "./memory-collection.ts";
import type { MemoryQuery } from "./memory-query.ts";
import { queryKey } from "./query-key.ts";
import { Transaction } from "./transaction.ts";

/** What a collection is told when it is made. */
export interface CollectionOptions {
  /** Ids are strings of 17 characters, or an `ObjectId`. Default: `"STRING"`. */
  readonly idGeneration?: IdGeneration | undefined;
}

const NAMES: OptionNames<CollectionOptions> = { idGeneration: true };

/**
 * Makes a database in memory, without documents. It is gone with the process.
 *
 * @example
 * ```ts
 * const tasks = memoryDatabase().collection<{ _id: string; title: string }>("tasks");
 * const id = await tasks.insert({ title: "buy tea" });
 * ```
 */
export function memoryDatabase(): MemoryDatabase {
  return new MemoryDatabase();
}

/**
 * Collections of documents in memory, as many as there is memory for. Live queries hear of a write before it resolves.
 *
 * @example
 * ```ts
 * const database = memoryDatabase();
 * const tasks = database.collection<Task>("tasks");
 * ddp.publish("tasks", (_subscription, listId) => tasks.find({ listId: String(listId) }));
 * ddp.methods({ addTask: (_invocation, text) => tasks.insert({ text: String(text), done: false }) });
 * ```
 */
export class MemoryDatabase implements LiveSource<MemoryQuery> {
  readonly #collections = new Map<string, MemoryCollection>();
  readonly #stores = new Map<string, DocumentStore>();
  readonly #multiplexer = new Multiplexer();
  readonly #lock = new Slots(1);
  readonly #transactions = new Ambient<Transaction>();

  /**
   * The collection of that name: the same one each time.
   *
   * @throws TypeError for a name that is no text or empty, for an option that there is not, and for other options than it has.
   */
  collection<T extends Document = AnyDocument>(
    name: string,
    options: CollectionOptions = {},
  ): MemoryCollection<T> {
    checkOptions("collection", options, NAMES);
    let collection = this.#collections.get(name);
    if (!collection) {
      const { idGeneration = "STRING" } = options;
      collection = new MemoryCollection(this, name, idGeneration);
      this.#collections.set(name, collection);
    } else if ((options.idGeneration ?? collection.idGeneration) !== collection.idGeneration) {
      throw new TypeError(`the collection ${name} makes ids of another kind`);
    }
    return collection as MemoryCollection<T>;
  }

  /**
   * Runs `run`, whose reads and writes of this database's collections are one: nobody else sees any of the writes before it resolves,
   * or any at all if it rejects; live queries hear of them at once. Others' writes wait meanwhile, so that nothing changes between
   * a read and a write: don't wait in it for what may take long, and never for a write that isn't part of it. A transaction within a
   * transaction is part of that one: what it has written is undone only when the outer one rejects.
   *
   * @throws what `run` throws or rejects with (as a rejection).
   */
  async transaction<R>(run: () => R | Promise<R>): Promise<R> {
    if (this.#transaction) return run();
    const release = holdUpdated();
    await this.#lock.acquire();
    const transaction = new Transaction();
    try {
      const result = await this.#transactions.run(transaction, run);
      if (transaction.commit()) recordWrite(this);
      return result;
    } finally {
      transaction.end();
      this.#lock.release();
      release();
    }
  }

  observe(query: MemoryQuery, sink: DocumentSink): Promise<LiveHandle> {
    const { collection, selector, options } = query;
    return this.#multiplexer.observe(
      queryKey(query),
      async (shared) => observeInNoOrder(this.#base(collection).find(selector, options), shared),
      sink,
    );
  }

  /** Resolves at once: there is nothing that hasn't been delivered. */
  async barrier(): Promise<void> {}

  /** Resolves at once: nobody can write past this. */
  async invalidate(_collection: string, _ids?: Iterable<DocumentId>): Promise<void> {}

  /** @internal What a read with this selector looks at. */
  reading(name: string, selector: Selector): DocumentStore {
    return this.#transaction?.storeFor(this.#base(name), selector) ?? this.#base(name);
  }

  /** @internal Writes, when it is this write's turn. */
  async write<R>(name: string, selector: Selector, write: (store: DocumentStore) => R): Promise<R> {
    const base = this.#base(name);
    const transaction = this.#transaction;
    if (transaction) return write(transaction.storeFor(base, selector));
    const release = holdUpdated();
    const turn = this.#lock.acquire();
    if (turn) await turn;
    try {
      const result = base.batch(() => write(base));
      recordWrite(this);
      return result;
    } finally {
      this.#lock.release();
      release();
    }
  }

  get #transaction(): Transaction | undefined {
    const transaction = this.#transactions.current;
    return transaction?.isOver === false ? transaction : undefined;
  }

  #base(name: string): DocumentStore {
    let store = this.#stores.get(name);
    if (!store) this.#stores.set(name, (store = new DocumentStore()));
    return store;
  }
}
