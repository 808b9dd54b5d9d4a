/**
 * Where a view of a collection says what changes for the client.
 *
 * @module
 */

import { encode } from "../../../protocol/ejson/encode.ts";
import type { Fields } from "../../../protocol/fields.ts";
import { writeMessage } from "../../../protocol/write-message.ts";
import type { PublicationHost } from "../host.ts";
import { addedMessage, changedMessage } from "./data-messages.ts";

/** `isShared`: the fields are an object that other sessions have too, so that the message is written once. */
export interface DataOutput {
  /** @throws TypeError or RangeError for fields that EJSON can't hold; nothing is sent then. */
  added(collection: string, id: string, fields: Fields, isShared: boolean): void;
  /** @throws TypeError or RangeError for fields that EJSON can't hold; nothing is sent then. */
  changed(collection: string, id: string, changes: Fields, isShared: boolean): void;
  removed(collection: string, id: string, isShared: boolean): void;
  /** @throws TypeError or RangeError for fields that EJSON can't hold; nothing is sent then. */
  addedBefore(collection: string, id: string, fields: Fields, before: string | null): void;
  movedBefore(collection: string, id: string, before: string | null): void;
}

/** Sends. */
export class DataWriter implements DataOutput {
  readonly #host: PublicationHost;

  constructor(host: PublicationHost) {
    this.#host = host;
  }

  added(collection: string, id: string, fields: Fields, isShared: boolean): void {
    const host = this.#host;
    if (isShared) host.sendText(host.publications.messages.added(collection, id, fields));
    else host.sendText(writeMessage(addedMessage(collection, id, fields)));
  }

  changed(collection: string, id: string, changes: Fields, isShared: boolean): void {
    const host = this.#host;
    if (isShared) host.sendText(host.publications.messages.changed(collection, id, changes));
    else host.sendText(writeMessage(changedMessage(collection, id, changes)));
  }

  removed(collection: string, id: string, isShared: boolean): void {
    const host = this.#host;
    if (isShared) host.sendText(host.publications.messages.removed(collection, id));
    else host.send({ msg: "removed", collection, id });
  }

  addedBefore(collection: string, id: string, fields: Fields, before: string | null): void {
    this.#host.send({ ...addedMessage(collection, id, fields), msg: "addedBefore", before });
  }

  movedBefore(collection: string, id: string, before: string | null): void {
    this.#host.send({ msg: "movedBefore", collection, id, before });
  }
}

/** Says nothing yet, but refuses what could not be said later. */
export const SILENT: Pick<DataOutput, "added" | "changed" | "removed"> = {
  added: (_collection, _id, fields) => void encode(fields),
  changed: (_collection, _id, changes) => void encode(changes),
  removed: () => {},
};
