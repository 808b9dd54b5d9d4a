/**
 * Messages that many sessions send: each is written once.
 *
 * @module
 */

import { prepare } from "../../../../connection/prepared-message.ts";
import type { PreparedMessage } from "../../../../connection/prepared-message.ts";
import { idStringify } from "../../../protocol/document-id.ts";
import type { DocumentId } from "../../../protocol/document-id.ts";
import type { Fields } from "../../../protocol/fields.ts";
import { writeMessage } from "../../../protocol/write-message.ts";
import { addedMessage, changedMessage } from "./data-messages.ts";

/** How many messages are kept, and how many characters they have together; the latest is kept however long it is. */
const MESSAGES = 1024;
const CHARACTERS = 1 << 20;

interface Removed {
  readonly collection: string;
  readonly id: string;
  readonly message: PreparedMessage;
}

interface Written extends Removed {
  readonly msg: "added" | "changed";
}

/**
 * The latest messages about documents of live queries, by the object that the query delivered: all sessions that observe it get the
 * same one, and it never changes.
 */
export class SharedMessages {
  readonly #written = new Map<Fields, Written>();
  #characters = 0;
  #lastId: DocumentId = "";
  #lastText = "";
  #removed: Removed | undefined;

  /** `idStringify`, which sessions ask for the same id one after the other. */
  idText(id: DocumentId): string {
    if (id !== this.#lastId) {
      this.#lastText = idStringify(id);
      this.#lastId = id;
    }
    return this.#lastText;
  }

  /** @throws TypeError or RangeError for fields that EJSON can't hold. */
  added(collection: string, id: string, fields: Fields): PreparedMessage {
    return (
      this.#find("added", collection, id, fields) ?? this.#add("added", collection, id, fields)
    );
  }

  /** @throws TypeError or RangeError for fields that EJSON can't hold. */
  changed(collection: string, id: string, changes: Fields): PreparedMessage {
    return (
      this.#find("changed", collection, id, changes) ??
      this.#add("changed", collection, id, changes)
    );
  }

  /** (What is gone has no object: the latest is remembered.) */
  removed(collection: string, id: string): PreparedMessage {
    let removed = this.#removed;
    if (removed?.id !== id || removed.collection !== collection) {
      const message = prepare(writeMessage({ msg: "removed", collection, id }));
      removed = this.#removed = { collection, id, message };
    }
    return removed.message;
  }

  #find(
    msg: Written["msg"],
    collection: string,
    id: string,
    fields: Fields,
  ): PreparedMessage | undefined {
    const written = this.#written.get(fields);
    // (A source may publish one object under several names.)
    const isSame = written?.id === id && written.collection === collection && written.msg === msg;
    return isSame ? written.message : undefined;
  }

  #add(msg: Written["msg"], collection: string, id: string, fields: Fields): PreparedMessage {
    const write = msg === "added" ? addedMessage : changedMessage;
    const message = prepare(writeMessage(write(collection, id, fields)));
    this.#forget(fields);
    this.#written.set(fields, { msg, collection, id, message });
    this.#characters += message.data.length;
    this.#trim();
    return message;
  }

  /** The oldest go. */
  #trim(): void {
    for (const fields of this.#written.keys()) {
      const { size } = this.#written;
      if (size === 1 || (size <= MESSAGES && this.#characters <= CHARACTERS)) return;
      this.#forget(fields);
    }
  }

  #forget(fields: Fields): void {
    this.#characters -= this.#written.get(fields)?.message.data.length ?? 0;
    this.#written.delete(fields);
  }
}
