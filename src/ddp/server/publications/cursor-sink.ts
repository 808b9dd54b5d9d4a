/**
 * Where a live query that a publication has returned delivers.
 *
 * @module
 */

import type { DocumentSink } from "../../live/live-source.ts";
import type { DocumentId } from "../../protocol/document-id.ts";
import type { Fields } from "../../protocol/fields.ts";
import type { SharedMessages } from "./merge-box/shared-messages.ts";
import type { Source } from "./merge-box/source.ts";

/** Whom it publishes for. */
interface Publisher {
  readonly isStopped: boolean;
  error(error: unknown): void;
}

/** Nothing is thrown to the query, which delivers to others too: what goes wrong ends this subscription. */
export class CursorSink implements DocumentSink {
  readonly #publisher: Publisher;
  readonly #source: Source;
  readonly #messages: SharedMessages;

  constructor(publisher: Publisher, source: Source, messages: SharedMessages) {
    this.#publisher = publisher;
    this.#source = source;
    this.#messages = messages;
  }

  added(id: DocumentId, fields: Fields): void {
    if (this.#publisher.isStopped) return;
    try {
      this.#source.added(this.#messages.idText(id), fields);
    } catch (error) {
      this.#publisher.error(error);
    }
  }

  changed(id: DocumentId, changes: Fields, fields: Fields): void {
    if (this.#publisher.isStopped) return;
    try {
      this.#source.changed(this.#messages.idText(id), changes, fields);
    } catch (error) {
      this.#publisher.error(error);
    }
  }

  removed(id: DocumentId): void {
    if (this.#publisher.isStopped) return;
    try {
      this.#source.removed(this.#messages.idText(id));
    } catch (error) {
      this.#publisher.error(error);
    }
  }

  failed(error: unknown): void {
    this.#publisher.error(error);
  }
}
