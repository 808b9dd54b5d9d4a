/**
 * A collection of documents in memory.
 *
 * @module
 */

import type { Document, NewDocument } from "../../live/documents.ts";
import type { DocumentId } from "../../protocol/document-id.ts";
import { clone } from "../../protocol/ejson/clone.ts";
import { ObjectId } from "../../protocol/object-id.ts";
import type {
  FindOptions,
  Modifier,
  Selector,
  UpdateOptions,
  UpdateResult,
} from "../../store/types.ts";
import { checkOptions } from "../../../util/option-names.ts";
import type { OptionNames } from "../../../util/option-names.ts";
import { newDocumentId } from "../scope.ts";
import type { IdGeneration } from "../scope.ts";
import { MemoryCursor } from "./memory-cursor.ts";
import type { MemoryDatabase } from "./memory-database.ts";

const FIND_OPTIONS: OptionNames<FindOptions> = {
  sort: true,
  skip: true,
  limit: true,
  fields: true,
};
const UPDATE_OPTIONS: OptionNames<UpdateOptions> = { multi: true, upsert: true };

/**
 * Documents go in and come out as copies: changing one that was given or returned changes nothing here. A write in a transaction is
 * part of that, see {@link MemoryDatabase.transaction}; any other waits until those that run are over.
 */
export class MemoryCollection<T extends Document = Document> {
  readonly name: string;
  readonly idGeneration: IdGeneration;
  readonly database: MemoryDatabase;

  /** @internal Use {@link MemoryDatabase.collection}. */
  constructor(database: MemoryDatabase, name: string, idGeneration: IdGeneration) {
    if (typeof name !== "string" || name === "") throw new TypeError("a collection has a name");
    if (idGeneration !== "STRING" && idGeneration !== "MONGO") {
      throw new TypeError('idGeneration is "STRING" or "MONGO"');
    }
    this.name = name;
    this.idGeneration = idGeneration;
    this.database = database;
  }

  /**
   * Adds a document, and resolves with its id. One that has none gets one; in a method, the one that a client's simulation of the
   * method has drawn.
   *
   * @throws DdpError 409 (as a rejection) for an id that is taken, and for names that no field can have.
   * @throws TypeError (as a rejection) for what is no document.
   */
  async insert(document: NewDocument<T>): Promise<T["_id"]> {
    const { _id: given, ...fields } = clone(document);
    const _id = given === undefined ? this.#newId() : given;
    checkId(_id);
    const inserted: Document = { _id, ...fields };
    await this.database.write(this.name, { _id }, (store) => store.insert(inserted));
    return _id;
  }

  /**
   * Changes the first document that matches, or all with `multi`; with `upsert` it inserts one if none does.
   *
   * @throws DdpError 409 (as a rejection) for a modifier that makes no sense, or not for that document.
   * @throws TypeError (as a rejection) for an option that there is not, and for a selector that is a list.
   */
  async update(
    selector: Selector<T>,
    modifier: Modifier<T>,
    options: UpdateOptions = {},
  ): Promise<UpdateResult> {
    checkOptions("update", options, UPDATE_OPTIONS);
    const which = checkSelector(selector);
    const changes = clone(modifier);
    // (It is drawn even if it isn't used: a client that simulates this may not have the document, and has to draw the same ids next.)
    const newId = options.upsert && !namesId(which) ? this.#newId() : undefined;
    const insertedId = (): DocumentId => newId ?? this.#newId();
    return this.database.write(this.name, which, (store) =>
      store.update(which, changes, { ...options, insertedId }),
    );
  }

  /**
   * Removes the documents that match, and resolves with their number.
   *
   * @throws TypeError (as a rejection) for a selector that is a list.
   */
  async remove(selector: Selector<T>): Promise<number> {
    const which = checkSelector(selector);
    return this.database.write(this.name, which, (store) => store.remove(which));
  }

  /**
   * The documents that match, in the order of `sort`. In a publication, return it. Without a selector: all; but none for one that is
   * `undefined`, since somebody may have forgotten to fill it in.
   *
   * @throws TypeError for an option that there is not, and for a selector that is a list.
   */
  find(...query: [selector?: Selector<T> | null, options?: FindOptions<T>]): MemoryCursor<T> {
    const [selector, options = {}] = query.length === 0 ? [{}] : query;
    checkOptions("find", options, FIND_OPTIONS);
    const which = { collection: this.name, selector: checkSelector(selector), options };
    return new MemoryCursor<T>(this.database, which);
  }

  /** The first document that matches. */
  async findOne(selector: Selector<T>, options: FindOptions<T> = {}): Promise<T | undefined> {
    const [document] = await this.find(selector, { ...options, limit: 1 }).fetch();
    return document;
  }

  #newId(): DocumentId {
    return newDocumentId(this.name, this.idGeneration);
  }
}

function checkId(id: unknown): void {
  if (typeof id === "string" && id !== "") return;
  if (typeof id === "number" && Number.isFinite(id)) return;
  if (!(id instanceof ObjectId)) {
    throw new TypeError("the _id of a document is a text, a number or an ObjectId");
  }
}

/** The selector as it is now: whoever gave it may change it. */
function checkSelector(selector: unknown): Selector {
  if (Array.isArray(selector)) throw new TypeError("a selector is no list");
  return clone(selector) as Selector;
}

function namesId(selector: Selector): boolean {
  if (typeof selector !== "object" || selector === null || selector instanceof ObjectId)
    return true;
  return Object.hasOwn(selector, "_id");
}
