/**
 * A run of a publication for one client.
 *
 * @module
 */

import type { LiveHandle, Publishable } from "../../live/live-source.ts";
import type { DocumentId } from "../../protocol/document-id.ts";
import { clone } from "../../protocol/ejson/clone.ts";
import type { Fields, MutableFields } from "../../protocol/fields.ts";
import { clientSafe, INTERNAL, toWireError } from "../../protocol/wire-error.ts";
import type { WireError } from "../../protocol/wire-error.ts";
import { RandomStreams } from "../../protocol/random/random-stream.ts";
import type { DdpConnection } from "../connection.ts";
import { runInScope } from "../scope.ts";
import type { Scope } from "../scope.ts";
import { CursorSink } from "./cursor-sink.ts";
import type { PublicationHost } from "./host.ts";
import type { SessionView } from "./merge-box/session-view.ts";
import type { Source } from "./merge-box/source.ts";
import type { Publication, Subscription } from "./publications.ts";
import { toCursors } from "./published.ts";

/** Which subscription it is. */
export interface SubscriptionInit {
  readonly id: string;
  /** `null` for a universal one, of which the client doesn't know. */
  readonly name: string | null;
  readonly publication: Publication;
  readonly params: readonly unknown[];
  /** How long the text was that it was subscribed to with. */
  readonly size: number;
}

/** Who has the subscription. */
export interface SubscriptionOwner {
  readonly host: PublicationHost;
  readonly view: SessionView;
  isReady(subscription: ActiveSubscription): void;
  /** It has ended by itself, and its documents are removed. */
  hasEnded(subscription: ActiveSubscription, error: WireError | undefined): void;
}

const NOTHING = (): void => {};
const NONE: readonly never[] = [];

export class ActiveSubscription implements Subscription {
  readonly init: SubscriptionInit;
  readonly connection: DdpConnection;
  readonly userId: string | null;
  readonly #owner: SubscriptionOwner;
  // (Arrays that grow out of nothing take room for 17, and most subscriptions have one cursor.)
  #cursors: readonly Source[] = NONE;
  #handles: readonly LiveHandle[] = NONE;
  #stopCallbacks: (() => void | Promise<void>)[] | undefined;
  #byHand: Map<string, Source> | undefined;
  #unblock: () => void = NOTHING;
  #settle: () => void = NOTHING;
  #settlesWhenReady = false;
  #isReady = false;
  #isStopped = false;

  constructor(owner: SubscriptionOwner, init: SubscriptionInit) {
    this.init = init;
    this.connection = owner.host.connection;
    this.userId = owner.host.userId;
    this.#owner = owner;
  }

  get id(): string {
    return this.init.id;
  }

  get name(): string | null {
    return this.init.name;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  /**
   * Runs the publication. Resolves when that has returned and its cursors have delivered, or when the subscription ends before; never
   * rejects.
   */
  run(unblock: () => void): Promise<void> {
    this.#unblock = unblock;
    return new Promise((resolve) => {
      this.#settle = resolve;
      void runInScope(this.#scope(), () => this.#publish()).then(() => this.#hasRun());
    });
  }

  #hasRun(): void {
    this.#settle();
    // (Not to keep what they keep.)
    this.#settle = this.#unblock = NOTHING;
  }

  /**
   * The same after another user has logged in, but it resolves too when the publication is ready, in case that it goes on for ever.
   */
  runAgain(): Promise<void> {
    this.#settlesWhenReady = true;
    return this.run(NOTHING);
  }

  #scope(): Scope {
    return {
      connection: this.connection,
      userId: this.userId,
      streams: new RandomStreams(),
      fence: undefined,
      setUserId: undefined,
    };
  }

  async #publish(): Promise<void> {
    const { publication, params } = this.init;
    try {
      const cursors = toCursors(await publication(this, ...clone(params)));
      if (!cursors) return;
      for (const cursor of cursors) await this.#observe(cursor);
      this.ready();
    } catch (error) {
      this.error(error);
    }
  }

  async #observe(cursor: Publishable): Promise<void> {
    if (this.#isStopped) return;
    const { host, view } = this.#owner;
    const source = view.open(cursor.collection, true);
    this.#cursors = [...this.#cursors, source];
    const handle = await cursor.observe(new CursorSink(this, source, host.publications.messages));
    if (this.#isStopped) this.#stop(handle);
    else this.#handles = [...this.#handles, handle];
  }

  added(collection: string, id: DocumentId, fields: Fields = {}): void {
    if (this.#isStopped) return;
    this.#source(collection).added(this.#idText(id), ownFields(fields));
  }

  changed(collection: string, id: DocumentId, changes: Fields): void {
    if (this.#isStopped) return;
    this.#source(collection).changed(this.#idText(id), ownFields(changes));
  }

  addedBefore(collection: string, id: DocumentId, fields: Fields, before: DocumentId | null): void {
    if (this.#isStopped) return;
    const next = this.#placeText(before);
    this.#source(collection, true).addedBefore(this.#idText(id), ownFields(fields), next);
  }

  movedBefore(collection: string, id: DocumentId, before: DocumentId | null): void {
    if (this.#isStopped) return;
    const next = this.#placeText(before);
    this.#source(collection, true).movedBefore(this.#idText(id), next);
  }

  removed(collection: string, id: DocumentId): void {
    if (this.#isStopped) return;
    this.#source(collection).removed(this.#idText(id));
  }

  /** What is published by hand there. */
  #source(collection: string, isOrdered: boolean = false): Source {
    this.#byHand ??= new Map();
    let source = this.#byHand.get(collection);
    if (!source) {
      source = this.#owner.view.open(collection, false, isOrdered);
      this.#byHand.set(collection, source);
    }
    return source;
  }

  #idText(id: DocumentId): string {
    return this.#owner.host.publications.messages.idText(id);
  }

  #placeText(before: DocumentId | null): string | null {
    return before === null ? null : this.#idText(before);
  }

  ready(): void {
    if (this.#isReady || this.#isStopped) return;
    this.#isReady = true;
    this.#owner.isReady(this);
    if (this.#settlesWhenReady) this.#settle();
  }

  stop(): void {
    this.#end(undefined);
  }

  error(error: unknown): void {
    if (this.#isStopped) return;
    const safe = clientSafe(error);
    if (!safe) this.#log("failed", error);
    this.#end(toWireError(safe ?? INTERNAL));
  }

  onStop(callback: () => void | Promise<void>): void {
    if (this.#isStopped) void this.#callBack(callback);
    else (this.#stopCallbacks ??= []).push(callback);
  }

  unblock(): void {
    this.#unblock();
  }

  #end(error: WireError | undefined): void {
    if (this.#isStopped) return;
    this.deactivate();
    for (const source of this.#cursors) source.close();
    for (const source of this.#byHand?.values() ?? []) source.close();
    this.#owner.hasEnded(this, error);
  }

  /** Ends it without a word to the client, and leaves its documents: the session has ended, or another view comes. */
  deactivate(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    for (const handle of this.#handles) this.#stop(handle);
    for (const callback of this.#stopCallbacks ?? []) void this.#callBack(callback);
    this.#handles = NONE;
    this.#stopCallbacks = undefined;
    this.#settle();
  }

  #stop(handle: LiveHandle): void {
    void this.#callBack(() => handle.stop());
  }

  async #callBack(callback: () => void | Promise<void>): Promise<void> {
    try {
      await callback();
    } catch (error) {
      this.#log("failed to stop", error);
    }
  }

  #log(what: string, error: unknown): void {
    const name = this.name === null ? "a universal publication" : `the publication ${this.name}`;
    this.#owner.host.logger.error(`${name} ${what}:`, error);
  }
}

/** A copy that nobody else changes. The id is no field. */
function ownFields(fields: Fields): Fields {
  const own: MutableFields = clone(fields);
  delete own["_id"];
  return own;
}
