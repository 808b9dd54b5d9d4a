/**
 * Local collections, as the application has them.
 *
 * @module
 */

import { quiet } from "../../util/quiet.ts";
import type { Document, NewDocument } from "../live/documents.ts";
import type { DocumentId } from "../protocol/document-id.ts";
import { clone } from "../protocol/ejson/clone.ts";
import { DdpError } from "../protocol/error.ts";
import { isPlainObject } from "../protocol/fields.ts";
import { ObjectId } from "../protocol/object-id.ts";
import type { DocumentStore } from "../store/document-store.ts";
import type {
  FindOptions,
  Modifier,
  Selector,
  UpdateOptions,
  UpdateResult,
} from "../store/types.ts";
import type { Invocation } from "./invocation.ts";
import type { LocalDocuments } from "./local-documents.ts";
import { Cursor } from "./local-cursor.ts";
import type { CursorHost } from "./local-cursor.ts";
import type { LocalCollection, LocalCursor, MethodCall, Stub } from "./types.ts";

/** What collections are written through. */
export interface CollectionHost extends CursorHost {
  /** The stub whose code runs right now. */
  readonly current: Invocation | undefined;
  callWith(method: string, params: readonly unknown[], stub: Stub): MethodCall;
}

export class Collection<T extends Document> implements LocalCollection<T> {
  readonly #host: CollectionHost;
  readonly #documents: LocalDocuments;
  /** The stub that has asked for it. */
  readonly #invocation: Invocation | undefined;

  constructor(host: CollectionHost, documents: LocalDocuments, invocation?: Invocation) {
    this.#host = host;
    this.#documents = documents;
    this.#invocation = invocation;
  }

  get name(): string {
    return this.#documents.name;
  }

  find(...query: [selector?: Selector<T>, options?: FindOptions<T>]): LocalCursor<T> {
    return new Cursor(this.#store.find(...query), this.#host);
  }

  findOne(...query: [selector?: Selector<T>, options?: FindOptions<T>]): T | undefined {
    const [selector, options] = query.length === 0 ? [{}] : query;
    return this.#store.find(selector, { ...options, limit: 1 }).fetch()[0];
  }

  insert(document: NewDocument<T>): Promise<T["_id"]> {
    const copy = clone(document);
    return this.#write("insert", [copy], (invocation) => this.#insert(invocation, copy));
  }

  update(
    selector: Selector<T>,
    modifier: Modifier<T>,
    options: UpdateOptions = {},
  ): Promise<UpdateResult> {
    const copy = clone([selector, modifier, options] as const);
    const write = (invocation: Invocation): UpdateResult => {
      const insertedId = (): DocumentId => this.#newId(invocation);
      return this.#store.update(copy[0], copy[1], { ...copy[2], insertedId });
    };
    return this.#write("update", copy, write, toUpdateResult);
  }

  remove(selector: Selector<T>): Promise<number> {
    const copy = clone(selector);
    return this.#write("remove", [copy], () => this.#store.remove(copy));
  }

  get #store(): DocumentStore<T> {
    return this.#documents.store as unknown as DocumentStore<T>;
  }

  #insert(invocation: Invocation, document: NewDocument<T>): T["_id"] {
    const { _id = this.#newId(invocation) } = document;
    this.#store.insert({ ...document, _id } as unknown as T);
    return _id;
  }

  /** Drawn from the method's numbers, so that the server makes the same. */
  #newId(invocation: Invocation): DocumentId {
    const random = invocation.streams.forCollection(this.name);
    const isMongo = this.#documents.options.idGeneration === "MONGO";
    return isMongo ? new ObjectId(random.hexString(24)) : random.id();
  }

  /** In a stub: writes here. Elsewhere: calls the method, with a stub that does. */
  #write<R>(
    operation: string,
    params: readonly unknown[],
    write: (invocation: Invocation) => R,
    read: (result: unknown, simulated: R) => R = (result, simulated) =>
      result === undefined ? simulated : (result as R),
  ): Promise<R> {
    const documents = this.#documents;
    const invocation = this.#invocation ?? this.#host.current;
    if (invocation) return Promise.resolve(invocation.write(documents, () => write(invocation)));
    const stub: Stub = (simulation) => {
      const own = simulation as Invocation;
      return own.write(documents, () => write(own));
    };
    if (operation !== "insert" && !isOne(params[0])) return Promise.reject(NOT_BY_ID);
    const call = this.#host.callWith(`/${this.name}/${operation}`, params, stub);
    return quiet(bothOf(call, read));
  }
}

/** Outside of stubs nobody sees which documents match at the server. */
const NOT_BY_ID = new DdpError(403, "documents are updated and removed by their ids");

function isOne(selector: unknown): boolean {
  if (!isPlainObject(selector)) return true;
  const names = Object.keys(selector);
  return names.length === 1 && names[0] === "_id" && !isPlainObject(selector["_id"]);
}

async function bothOf<R>(call: MethodCall, read: (result: unknown, simulated: R) => R): Promise<R> {
  const result = await call.done;
  const simulated = (await call.simulated.catch(() => undefined)) as R;
  return read(result, simulated);
}

/** Servers answer with a number. */
function toUpdateResult(result: unknown, simulated: UpdateResult | undefined): UpdateResult {
  if (typeof result === "object" && result !== null) return clone(result) as UpdateResult;
  const count = typeof result === "number" ? result : (simulated?.count ?? 0);
  return { count, insertedId: simulated?.insertedId };
}
