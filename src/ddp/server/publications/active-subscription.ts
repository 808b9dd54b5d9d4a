/**
 * A subscription of a client that runs.
 *
 * @module
 */

import type { LiveHandle, Publishable } from "../../live/live-source.ts";
import type { DocumentId } from "../../protocol/document-id.ts";
import { idStringify } from "../../protocol/document-id.ts";
import type { Fields } from "../../protocol/fields.ts";
import { clientSafe, INTERNAL, toWireError } from "../../protocol/wire-error.ts";
import type { WireError } from "../../protocol/wire-error.ts";
import { RandomStreams } from "../../protocol/random/random-stream.ts";
import type { DdpConnection } from "../connection.ts";
import { runInScope } from "../scope.ts";
import type { PublicationHost } from "./host.ts";
import type { Publication, Published, Subscription } from "./publications.ts";

/** Which subscription it is. */
export interface SubscriptionInit {
  readonly id: string;
  readonly name: string | null;
  readonly publication: Publication;
  readonly params: readonly unknown[];
}

export class ActiveSubscription implements Subscription {
  readonly id: string;
  readonly name: string | null;
  readonly connection: DdpConnection;
  readonly userId: string | null;
  readonly #host: PublicationHost;
  readonly #init: SubscriptionInit;
  readonly #onEnd: () => void;
  readonly #documents = new Map<string, Set<string>>();
  readonly #handles: LiveHandle[] = [];
  readonly #stopCallbacks: (() => void)[] = [];
  #unblock: () => void = () => {};
  #isReady = false;
  #isStopped = false;

  constructor(host: PublicationHost, init: SubscriptionInit, onEnd: () => void) {
    this.id = init.id;
    this.name = init.name;
    this.connection = host.connection;
    this.userId = host.userId;
    this.#host = host;
    this.#init = init;
    this.#onEnd = onEnd;
  }

  /** Runs the publication. Resolves when that has returned and its cursors have delivered; never rejects. */
  async run(unblock: () => void): Promise<void> {
    this.#unblock = unblock;
    const { publication, params } = this.#init;
    const scope = {
      connection: this.connection,
      userId: this.userId,
      streams: new RandomStreams(),
      fence: undefined,
      setUserId: undefined,
    };
    try {
      const published = await runInScope(scope, () => publication(this, ...params));
      await this.#publish(published);
    } catch (error) {
      this.error(error);
    }
  }

  async #publish(published: Published): Promise<void> {
    if (!published) return;
    const cursors = Array.isArray(published) ? published : [published as Publishable];
    for (const cursor of cursors) {
      if (this.#isStopped) return;
      await this.#observe(cursor as Publishable);
    }
    this.ready();
  }

  async #observe(cursor: Publishable): Promise<void> {
    const { collection } = cursor;
    const handle = await cursor.observe({
      added: (id, fields) => this.added(collection, id, fields),
      changed: (id, changes) => this.changed(collection, id, changes),
      removed: (id) => this.removed(collection, id),
      failed: (error) => this.error(error),
    });
    if (this.#isStopped) handle.stop();
    else this.#handles.push(handle);
  }

  added(collection: string, id: DocumentId, fields: Fields = {}): void {
    if (this.#isStopped) return;
    const key = idStringify(id);
    let ids = this.#documents.get(collection);
    if (!ids) this.#documents.set(collection, (ids = new Set()));
    ids.add(key);
    this.#host.send({ msg: "added", collection, id: key, fields });
  }

  changed(collection: string, id: DocumentId, changes: Fields): void {
    if (this.#isStopped) return;
    const names = Object.keys(changes);
    const cleared = names.filter((name) => changes[name] === undefined);
    this.#host.send({
      msg: "changed",
      collection,
      id: idStringify(id),
      fields: cleared.length < names.length ? changes : undefined,
      cleared: cleared.length > 0 ? cleared : undefined,
    });
  }

  removed(collection: string, id: DocumentId): void {
    if (this.#isStopped) return;
    const key = idStringify(id);
    if (this.#documents.get(collection)?.delete(key)) {
      this.#host.send({ msg: "removed", collection, id: key });
    }
  }

  ready(): void {
    if (this.#isReady || this.#isStopped) return;
    this.#isReady = true;
    this.#host.send({ msg: "ready", subs: [this.id] });
  }

  stop(): void {
    this.#end(undefined);
  }

  error(error: unknown): void {
    if (this.#isStopped) return;
    const safe = clientSafe(error);
    if (!safe) this.#host.logger.error(`the publication ${this.name} failed:`, error);
    this.#end(toWireError(safe ?? INTERNAL));
  }

  onStop(callback: () => void): void {
    if (this.#isStopped) callback();
    else this.#stopCallbacks.push(callback);
  }

  unblock(): void {
    this.#unblock();
  }

  #end(error: WireError | undefined): void {
    if (this.#isStopped) return;
    for (const [collection, ids] of this.#documents) {
      for (const id of ids) this.#host.send({ msg: "removed", collection, id });
    }
    this.deactivate();
    this.#host.send({ msg: "nosub", id: this.id, error });
    this.#onEnd();
  }

  /** Ends it without a word to the client: the session has ended. */
  deactivate(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    for (const handle of this.#handles) handle.stop();
    for (const callback of this.#stopCallbacks) callback();
  }
}
