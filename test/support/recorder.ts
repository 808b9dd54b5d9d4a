/**
 * A sink of documents that remembers.
 *
 * @module
 */

import { idStringify } from "../../src/ddp/protocol/document-id.ts";
import type { DocumentId } from "../../src/ddp/protocol/document-id.ts";
import type { Fields } from "../../src/ddp/protocol/fields.ts";
import type { DocumentSink } from "../../src/ddp/live/live-source.ts";

/** What a sink was told: of changes the fields that are different. */
export type Told =
  | readonly ["added" | "changed", DocumentId, Fields]
  | readonly ["removed", DocumentId]
  | readonly ["failed", unknown];

export class Recorder implements DocumentSink {
  readonly log: Told[] = [];
  /** The documents as they are, by what `idStringify` makes of their ids. */
  readonly documents: Map<string, Fields> = new Map();
  /** What was against the contract: a document that was added twice, or changed or removed without being there. */
  readonly mistakes: string[] = [];
  readonly #then: (told: Told) => void;

  /** `then` is called after each entry. */
  constructor(then: (told: Told) => void = () => {}) {
    this.#then = then;
  }

  added(id: DocumentId, fields: Fields): void {
    if (this.documents.has(idStringify(id))) this.mistakes.push(`added twice: ${String(id)}`);
    this.documents.set(idStringify(id), fields);
    this.#tell(["added", id, fields]);
  }

  changed(id: DocumentId, changes: Fields, fields: Fields): void {
    if (!this.documents.has(idStringify(id))) this.mistakes.push(`changed: ${String(id)}`);
    this.documents.set(idStringify(id), fields);
    this.#tell(["changed", id, changes]);
  }

  removed(id: DocumentId): void {
    if (!this.documents.delete(idStringify(id))) this.mistakes.push(`removed: ${String(id)}`);
    this.#tell(["removed", id]);
  }

  failed(error: unknown): void {
    this.#tell(["failed", error]);
  }

  /** What it was told since the last call. */
  take(): Told[] {
    return this.log.splice(0);
  }

  #tell(told: Told): void {
    this.log.push(told);
    this.#then(told);
  }
}
