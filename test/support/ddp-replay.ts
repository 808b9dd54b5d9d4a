/**
 * What a client has, from the messages that it got; strictly: nothing is added twice, changed or removed when it isn't there.
 *
 * @module
 */

import type { Json } from "./ddp-peer.ts";

type Documents = Record<string, Record<string, unknown>>;

export class Replay {
  /** By collection, then by id. */
  readonly collections: Record<string, Documents> = {};

  apply(messages: readonly Json[]): void {
    for (const message of messages) this.#apply(message as unknown as Message);
  }

  #apply({ msg, collection, id, fields = {}, cleared = [] }: Message): void {
    if (!["added", "changed", "removed"].includes(msg)) return;
    const documents = (this.collections[collection] ??= {});
    if ((documents[id] === undefined) !== (msg === "added")) {
      throw new Error(`${msg} of ${id}, which ${msg === "added" ? "is there" : "is not there"}`);
    }
    if (msg === "removed") delete documents[id];
    else documents[id] = { ...documents[id], ...fields };
    for (const name of cleared) {
      if (!Object.hasOwn(documents[id] ?? {}, name)) throw new Error(`${name} is cleared twice`);
      delete documents[id]?.[name];
    }
  }
}

interface Message {
  readonly msg: string;
  readonly collection: string;
  readonly id: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly cleared?: readonly string[];
}
