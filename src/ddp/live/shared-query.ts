/**
 * One run of a live query, and those who observe it.
 *
 * @module
 */

import { Deque } from "../../util/deque.ts";
import { quiet } from "../../util/quiet.ts";
import type { DocumentId } from "../protocol/document-id.ts";
import { idStringify } from "../protocol/document-id.ts";
import type { Fields } from "../protocol/fields.ts";
import type { DocumentSink, LiveHandle } from "./live-source.ts";
import type { StartQuery } from "./multiplexer.ts";

/** A document as it is now. */
interface Current {
  readonly id: DocumentId;
  readonly fields: Fields;
}

/** Tells a sink of a change. */
type Tell = (sink: DocumentSink) => void;

/** A change: `apply` makes it here, `tell` passes it on. */
interface Change {
  readonly apply: () => void;
  readonly tell: Tell;
}

/** One who observes. */
interface Member {
  readonly sink: DocumentSink;
  /** The number of the last change that was in the documents that it began with. */
  readonly since: number;
}

export class SharedQuery {
  readonly #onEnd: (query: SharedQuery) => void;
  readonly #documents = new Map<string, Current>();
  readonly #members = new Set<Member>();
  /** Changes that came while one was being passed on: a sink has made them. */
  readonly #waiting = new Deque<Change>();
  #isPassing = false;
  #changes = 0;
  #started: Promise<void> = Promise.resolve();
  #handle: LiveHandle | undefined;
  #isOver = false;

  constructor(onEnd: (query: SharedQuery) => void) {
    this.#onEnd = onEnd;
  }

  /** Once, before anybody joins. (Who joins is then told of what this delivers at once as it would be later.) */
  start(start: StartQuery): void {
    this.#started = quiet(this.#run(start));
  }

  async #run(start: StartQuery): Promise<void> {
    try {
      const handle = await start(this.#source());
      if (this.#isOver) handle.stop();
      else this.#handle = handle;
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  /** Resolves when the sink has the documents that match at first. */
  async join(sink: DocumentSink): Promise<LiveHandle> {
    const member: Member = { sink, since: this.#changes };
    this.#members.add(member);
    this.#tell(member, () => {
      for (const { id, fields } of this.#documents.values()) sink.added(id, fields);
    });
    await this.#started;
    return { stop: () => this.#leave(member) };
  }

  #leave(member: Member): void {
    if (this.#members.delete(member) && this.#members.size === 0) this.#end();
  }

  /** What the source delivers to. */
  #source(): DocumentSink {
    return {
      added: (id, fields) =>
        this.#accept({
          apply: () => void this.#documents.set(idStringify(id), { id, fields }),
          tell: (sink) => sink.added(id, fields),
        }),
      changed: (id, changes, fields) =>
        this.#accept({
          apply: () => void this.#documents.set(idStringify(id), { id, fields }),
          tell: (sink) => sink.changed(id, changes, fields),
        }),
      removed: (id) =>
        this.#accept({
          apply: () => void this.#documents.delete(idStringify(id)),
          tell: (sink) => sink.removed(id),
        }),
      failed: (error) =>
        this.#accept({ apply: () => this.#end(), tell: (sink) => sink.failed(error) }),
    };
  }

  #accept(change: Change): void {
    if (this.#isPassing) {
      this.#waiting.push(change);
      return;
    }
    this.#isPassing = true;
    this.#pass(change);
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift()) this.#pass(next);
    this.#isPassing = false;
  }

  #pass({ apply, tell }: Change): void {
    if (this.#isOver) return;
    const number = ++this.#changes;
    apply();
    // (A set also visits those who join meanwhile: they have begun with this change.)
    for (const member of this.#members) {
      if (member.since < number) this.#tell(member, tell);
    }
    if (this.#isOver) this.#members.clear();
  }

  #tell(member: Member, tell: Tell): void {
    try {
      tell(member.sink);
    } catch (error) {
      this.#leave(member);
      fail(member.sink, error);
    }
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onEnd(this);
    this.#handle?.stop();
  }
}

function fail(sink: DocumentSink, error: unknown): void {
  try {
    sink.failed(error);
  } catch {
    // It can't even be told.
  }
}
