/**
 * What runs at the moment: collections that are written to find their method here, however deep in the application's code.
 *
 * @module
 */

import { AsyncLocalStorage } from "node:async_hooks";
import type { DocumentId } from "../protocol/document-id.ts";
import { ObjectId } from "../protocol/object-id.ts";
import { secureRandom } from "../protocol/random/random.ts";
import type { RandomStreams } from "../protocol/random/random-stream.ts";
import type { DdpConnection } from "./connection.ts";
import type { Barrier, WriteFence } from "./methods/write-fence.ts";

/** An invocation of a method, or a run of a publication. */
export interface Scope {
  /** `null`: the server's own. */
  readonly connection: DdpConnection | null;
  readonly userId: string | null;
  readonly streams: RandomStreams;
  /** Absent in a publication: nobody waits for what it writes. */
  readonly fence: WriteFence | undefined;
  /** Absent where nobody can log in: in publications, and in the server's own calls. */
  readonly setUserId: ((userId: string | null) => Promise<void>) | undefined;
}

const scopes = new AsyncLocalStorage<Scope>();

export function runInScope<T>(scope: Scope, run: () => T): T {
  return scopes.run(scope, run);
}

/** Runs what is nobody's doing, wherever it is called. */
export function runOutside<T>(run: () => T): T {
  return scopes.run(undefined as unknown as Scope, run);
}

export function currentScope(): Scope | undefined {
  return scopes.getStore();
}

/**
 * For sources of documents: something was committed there. The method that did it is `updated` only once the source's barrier
 * has resolved. Outside of methods this does nothing.
 */
export function recordWrite(source: Barrier): void {
  currentScope()?.fence?.touch(source);
}

/**
 * Keeps the `updated` of the method that runs now back, for a write that no source of documents knows of: until the function that
 * it returns is called, which has to be when what was written is on its way to the clients, or has failed. Calling it again
 * changes nothing; outside of methods neither does anything.
 *
 * @example
 * ```ts
 * const release = holdUpdated();
 * queue.push(job, () => release());
 * ```
 */
export function holdUpdated(): () => void {
  return currentScope()?.fence?.begin() ?? ((): void => {});
}

/** (One for all: each costs something with every promise that is made, and for ever.) */
const ambient = new AsyncLocalStorage<ReadonlyMap<object, unknown>>();

/** Something that is known wherever the application's code goes from the function that it was set for. */
export class Ambient<T> {
  get current(): T | undefined {
    return ambient.getStore()?.get(this) as T | undefined;
  }

  run<R>(value: T, run: () => R): R {
    return ambient.run(new Map(ambient.getStore()).set(this, value), run);
  }
}

/** The function, as if it were called here: in the method or publication that runs now, or in none. */
export function bindScope<A extends unknown[]>(run: (...args: A) => void): (...args: A) => void {
  return AsyncLocalStorage.bind(run);
}

/** How the ids of new documents are made: as in Meteor. */
export type IdGeneration = "STRING" | "MONGO";

/** For sources of documents: the id of a new one, which a client that simulates the method that runs now has drawn too. */
export function newDocumentId(collection: string, generation: IdGeneration): DocumentId {
  const random = currentScope()?.streams.forCollection(collection) ?? secureRandom;
  return generation === "STRING" ? random.id() : new ObjectId(random.hexString(24));
}
